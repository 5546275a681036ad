import Sqlite from 'better-sqlite3'
import { type AppSchema, callNow } from './app-schema.ts'
import { createEvents, eventsTable } from './events.ts'
import { keepTriggers, staleTriggers } from './keep-triggers.ts'
import {
  failedMigration,
  MigrationProblem,
  NewerSchema,
  refusedMigration,
} from './migration-problem.ts'
import {
  type Applied,
  appliedTo,
  hasTable,
  type Migration,
  planMigrations,
  readMigrations,
} from './migrations.ts'
import type { Database } from './open.ts'
import { missingFrom } from './readable.ts'
import { refuseStatements, runMigration } from './run-migration.ts'
import { brokenParts, lostReferences, refuseBroken, refuseLostReferences } from './sound-schema.ts'
import { refuseTablesInTheWay } from './tables-in-the-way.ts'

export { MigrationProblem, NewerSchema } from './migration-problem.ts'

/** What was done; all are empty where there was nothing to do. */
export type Migrated = {
  applied: string[]
  /** The triggers that were missing, or not as they should be, though nothing was to be applied. */
  repaired: string[]
  /** The files that have changed since they were applied: what they say now is not what was done. */
  edited: string[]
  /** Whether the machine's own table was missing. */
  isUnprepared: boolean
}

/**
 * Brings the schema up to this release's, in one transaction; does nothing where it is there.
 *
 * @param onStep told of each step before it is taken, in words
 * @throws {NewerSchema} before anything is changed
 * @throws {MigrationProblem} if a migration can't be applied: nothing is changed then, either
 */
export function migrateDatabase(
  database: Database,
  app: AppSchema,
  onStep: (what: string) => void = () => {},
): Migrated {
  const { $client: client } = database
  const { triggers = [], schema = {}, beforeMigrations } = app.config
  const { pending, edited, isNew, toDo } = lookAt(database, app)
  if (isNothing(toDo)) return toDo
  refuseStatements(pending)
  refuseTablesInTheWay(client, pending)
  allOrNothing(client, () => {
    const [broken, lost] = [brokenParts(client), lostReferences(client)]
    client.exec(`CREATE TABLE IF NOT EXISTS __drizzle_migrations (
      id SERIAL PRIMARY KEY, hash text NOT NULL, created_at numeric)`)
    createEvents(client)
    onStep('what the app does before')
    if (beforeMigrations) refuseOrPrepare(() => beforeMigrations(client, { isNew }))
    for (const migration of pending) runMigration(client, migration, onStep)
    onStep('the triggers, and what they keep')
    keepTriggers(client, triggers)
    refuseLostReferences(client, lost)
    refuseBroken(client, broken)
    refuseMissing(missingFrom(database, schema), edited)
  })
  return toDo
}

/**
 * What {@link migrateDatabase} would do to a database, which may be one that can only be read.
 *
 * @throws {NewerSchema} as it does
 */
export function toMigrate(database: Database, app: AppSchema): Migrated {
  return lookAt(database, app).toDo
}

export function isNothing({ applied, repaired, isUnprepared }: Migrated): boolean {
  return applied.length + repaired.length === 0 && !isUnprepared
}

/** How the schema of a database that can only be read compares to this release's. */
export function compareSchema(
  database: Database,
  folder: string | null,
): 'older' | 'same' | 'newer' {
  const { pending, unknown } = planMigrations(readMigrations(folder), appliedTo(database.$client))
  if (unknown.length > 0) return 'newer'
  return pending.length > 0 ? 'older' : 'same'
}

/** What to say where the schema of a database is newer than this release's. */
export function newerSchema(database: Database, folder: string | null): NewerSchema {
  const known = readMigrations(folder)
  const { unknown } = planMigrations(known, appliedTo(database.$client))
  return unknownSchema(unknown, known)
}

export function unknownSchema(unknown: Applied[], known: Migration[]): NewerSchema {
  return new NewerSchema(versionName(newestOf(unknown)), versionName(newestOf(known)))
}

/** The newest migration in a folder, as drizzle-kit numbers them; 0 where there is none. */
export function newestMigration(folder: string | null): number {
  return newestOf(readMigrations(folder))
}

/** Names a migration to people: drizzle-kit numbers them by the moment they were generated. */
export function versionName(millis: number): string {
  return new Date(millis).toISOString()
}

function lookAt({ $client: client }: Database, { migrations, config }: AppSchema) {
  const [known, applied] = [readMigrations(migrations), appliedTo(client)]
  const { pending, edited, unknown } = planMigrations(known, applied)
  if (unknown.length > 0) throw unknownSchema(unknown, known)
  const repaired = pending.length > 0 ? [] : staleTriggers(client, config.triggers ?? [])
  const isUnprepared = !hasTable(client, eventsTable)
  const toDo = { applied: namesOf(pending), repaired, edited: namesOf(edited), isUnprepared }
  return { pending, edited, isNew: applied.length === 0, toDo }
}

/**
 * Does `work` in a transaction with foreign keys off: a table that is made again loses the rows of its
 * children otherwise.
 */
function allOrNothing(client: Sqlite.Database, work: () => void): void {
  client.pragma('foreign_keys = OFF')
  try {
    client.exec('BEGIN IMMEDIATE')
    work()
    client.exec('COMMIT')
  } catch (error) {
    // On a full disk SQLite has done so by itself.
    if (client.inTransaction) client.exec('ROLLBACK')
    throw failedMigration("The migrations can't be applied", error)
  } finally {
    client.pragma('foreign_keys = ON')
  }
}

// An app that refuses a database says so in its own words.
function refuseOrPrepare(prepare: () => void): void {
  try {
    callNow('beforeMigrations', prepare)
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Sqlite.SqliteError) throw error
    throw new MigrationProblem(error.message, { cause: error })
  }
}

function refuseMissing(missing: string[], edited: Migration[]): void {
  if (missing.length === 0) return
  const why =
    edited.length > 0
      ? ` (${namesOf(edited).join(', ')} was edited after it had been applied: restore it, and write a new one)`
      : ''
  throw refusedMigration(
    "The migrations don't lead to the schema",
    `the database has no ${missing.join(', ')}${why}`,
  )
}

function newestOf(migrations: { at: number }[]): number {
  return Math.max(0, ...migrations.map(({ at }) => at))
}

function namesOf(migrations: Migration[]): string[] {
  return migrations.map(({ name }) => name)
}
