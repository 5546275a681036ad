import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { adopt } from '../replication/lease/adopt.ts'
import { leaseName, parseLease } from '../replication/lease/lease-object.ts'
import { sourceUrl } from '../replication/replica-url.ts'
import type { Shown } from './ask-app.ts'
import type { Context } from './command.ts'
import { listEpochFiles } from './epoch-files.ts'
import { compareMigrations, type Migrated } from './migrations.ts'
import { type Restored, restoreAndExamine } from './restored.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The newest copy of the database in the bucket, as a new instance would get it. */
export type Copy = Restored & {
  /** 0 for a replica without epochs. */
  epoch: number
  /** The time of its newest change, in milliseconds since 1970; null if it is gone already. */
  changedAt: number | null
  /** What the epoch takes in the bucket. */
  stored: { objects: number; bytes: number }
  migrations: Migrated
  /** What the app shows and the copy lacks. */
  missing: string[]
}

/** How often the copy is looked at until it has what the app shows. */
export type Patience = {
  attempts: number
  /** After the first attempt; after each further one twice as long. */
  pauseMs: number
}

/**
 * Restores the newest copy to a folder of its own and examines it, again and again while it lacks
 * something that the app shows: visits are on their way for a second, and an entry can be read a
 * moment before it is acknowledged.
 *
 * @param shown null if there is nothing to compare with
 * @param migrations the folder of this release's
 * @returns null if there is no replica
 * @throws {ReplicationProblem} if the copy can't be had
 */
export async function verifyCopy(
  shown: Shown | null,
  { attempts, pauseMs }: Patience,
  migrations: string,
  context: Context,
): Promise<Copy | null> {
  for (let attempt = 1; ; attempt++) {
    const copy = await lookAtCopy(shown, migrations, context)
    const isLacking = copy ? copy.missing.length > 0 && copy.findings.length === 0 : shown !== null
    if (!isLacking || attempt >= attempts) return copy
    const ms = pauseMs * 2 ** (attempt - 1)
    context.progress.say(`Not in the copy yet: ${copy?.missing.join(', ') ?? 'everything'}.`)
    await sleep(ms, undefined, { signal: context.signal })
  }
}

async function lookAtCopy(
  shown: Shown | null,
  migrations: string,
  context: Context,
): Promise<Copy | null> {
  const { url, store } = context
  const lease = await store.read(leaseName)
  // Whose data it is doesn't matter to who only reads it.
  const epoch = lease
    ? parseLease(lease.body, null, url).restorable
    : (await adopt(store, url)).epoch
  using folder = temporaryFolder(join(tmpdir(), 'visits-verify-'))
  const path = join(folder.path, 'app.db')
  const restored = await restoreAndExamine(sourceUrl(url, epoch), path, context)
  if (!restored) return null
  const files = (await listEpochFiles(store)).find((found) => found.epoch === epoch)
  const content =
    restored.findings.length === 0 ? read(path, shown, restored.tables, migrations) : nothing
  return {
    ...restored,
    epoch,
    changedAt: files?.times.get(restored.txid) ?? null,
    stored: { objects: files?.objects ?? 0, bytes: files?.bytes ?? 0 },
    ...content,
  }
}

const nothing = { migrations: { applied: 0, pending: 0, unknown: [] }, missing: [] }

function read(path: string, shown: Shown | null, tables: Record<string, number>, folder: string) {
  const client = new Sqlite(path, { readonly: true })
  try {
    const migrations = compareMigrations(client, folder)
    return { migrations, missing: shown ? missing(client, shown, tables) : [] }
  } finally {
    client.close()
  }
}

function missing(client: Sqlite.Database, shown: Shown, tables: Record<string, number>): string[] {
  const { visits, newest } = shown
  const visitsHere = tables.page_views ?? 0
  return [
    ...(newest && !hasEntry(client, newest, tables) ? [`entry ${newest.id}`] : []),
    ...(visitsHere < visits ? [`${visits - visitsHere} of ${visits} visits`] : []),
  ]
}

function hasEntry(
  client: Sqlite.Database,
  { id, name, message }: NonNullable<Shown['newest']>,
  tables: Record<string, number>,
): boolean {
  if (tables.entries === undefined) return false
  const same = 'select 1 from entries where id = ? and name = ? and message = ?'
  return client.prepare(same).get(id, name, message) !== undefined
}
