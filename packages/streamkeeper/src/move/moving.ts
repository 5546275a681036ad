import { once } from 'node:events'
import { resolve } from 'node:path'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Lease } from '../lease/lease.ts'
import { leaseName, parseLease } from '../lease/lease-object.ts'
import { type Context, WrongArguments } from '../operations/command.ts'
import { leaseFor } from '../operations/hold-lease.ts'
import type { App } from '../operations/load-app.ts'
import { events } from '../postgres/events.ts'
import { eventsTable } from '../sqlite/events.ts'
import type { Walk } from './compare.ts'
import { Pace } from './pace.ts'
import { type Table, tablesOf } from './table.ts'

/** The app whose data is moved. */
export type MovedApp = App & {
  /** All tables: the app's own, and the machine's. */
  tables: Table[]
  /** The folder of the migrations for PostgreSQL. */
  postgresMigrations: string
}

/** What both directions are told. */
export type Wanted = {
  app: MovedApp
  /** The URL of the PostgreSQL database, with its password. */
  database: string
  replace: boolean
  /** Whether to stop who writes in the end, and let the target take over. */
  switches: boolean
  /** Whether nobody writes to PostgreSQL anyway, so that nobody needs to be stopped. */
  stopped: boolean
  /** Tables of the source that stay behind. */
  without: string[]
  /** Whose bucket it is; null to find out. */
  service: string | null
  /** How long to wait until a running app hands over. */
  patienceMs: number
}

const eventsInSqlite = sqliteTable(eventsTable, {
  id: integer().primaryKey(),
  ...{ at: text().notNull(), kind: text().notNull() },
  ...{ instance: text().notNull(), detail: text().notNull() },
})

/** @throws {Error} if data would not survive the way there and back */
export function movedApp(app: App): MovedApp {
  const { schema, postgres } = app.config
  if (!schema || !postgres) {
    throw new Error(
      'streamkeeper.config.ts needs "schema", the tables in SQLite, and "postgres", those in PostgreSQL with their migrations: only what both have can be moved.',
    )
  }
  return {
    ...app,
    tables: tablesOf(
      { ...schema, [eventsTable]: eventsInSqlite },
      { ...postgres.schema, [eventsTable]: events },
    ),
    postgresMigrations: resolve(app.folder, postgres.migrations),
  }
}

/** What a walk over all rows tells people, and is ended by. */
export type Reporting = Pick<Context, 'progress' | 'signal'>

/** Does what reads all rows, with progress. */
export function walkWithProgress<T>(
  { progress, signal }: Reporting,
  work: (walk: Walk) => Promise<T>,
): Promise<T> {
  const pace = new Pace()
  // Few enough to be in memory on both sides, and enough to be worth a transaction.
  return progress.during(() => pace.words, work({ blockRows: 10_000, signal, pace }))
}

export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

/**
 * The lease of the bucket, for the service that uses it.
 *
 * @throws {WrongArguments} if it isn't known
 */
export async function leaseOf({ store, url }: Context, { service, app }: Wanted): Promise<Lease> {
  const stored = await store.read(leaseName)
  const theirs = stored ? parseLease(stored.body, null, url).service : null
  const name = service ?? theirs ?? (url.startsWith('gs://') ? null : 'local')
  if (name) return leaseFor({ store, url }, name, 'move', app)
  throw new WrongArguments('--service is missing: name the Cloud Run service of the bucket.')
}
