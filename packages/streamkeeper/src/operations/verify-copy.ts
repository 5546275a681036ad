import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import type { Shown } from '../config.ts'
import type { Layout } from '../stores/replica-url.ts'
import type { Context } from './command.ts'
import { changeIn } from './epoch-files.ts'
import { NoReplica } from './errors.ts'
import { compareMigrations, type Migrated } from './load-app.ts'
import { type Restored, restoreAndExamine, temporaryFolder } from './restored.ts'
import { mustBeRestorable, survey } from './survey.ts'

/** The newest copy of the database in the bucket, as a new instance would get it. */
export type Copy = Omit<Restored, 'txid'> & {
  /** null for a replica of Litestream 0.3, which counted none. */
  txid: number | null
  layout: Layout
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
 * something that the app shows: what was written can be read a moment before the bucket has it.
 *
 * @param shown null if there is nothing to compare with
 * @param migrations the folder of this release's
 * @throws {NoReplica} if there is none
 * @throws {ReplicationProblem} if the copy can't be had
 */
export async function verifyCopy(
  shown: Shown | null,
  { attempts, pauseMs }: Patience,
  migrations: string | null,
  context: Context,
): Promise<Copy> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt >= attempts
    const copy = await lookAtCopy(shown, migrations, context).catch((error) => {
      if (shown === null || isLast || !(error instanceof NoReplica)) throw error
      return null
    })
    const isLacking = !copy || (copy.missing.length > 0 && copy.findings.length === 0)
    if (copy && (isLast || !isLacking)) return copy
    const ms = pauseMs * 2 ** (attempt - 1)
    context.progress.say(`Not in the copy yet: ${copy?.missing.join(', ') ?? 'everything'}.`)
    await sleep(ms, undefined, { signal: context.signal })
  }
}

async function lookAtCopy(
  shown: Shown | null,
  migrations: string | null,
  context: Context,
): Promise<Copy> {
  const { epoch, url, files } = mustBeRestorable(await survey(context), context.url)
  using folder = temporaryFolder(join(tmpdir(), 'streamkeeper-verify-'))
  const path = join(folder.path, 'app.db')
  const restored = await restoreAndExamine(url, path, context)
  if (!restored) throw new NoReplica(context.url)
  const content = restored.findings.length === 0 ? read(path, shown, migrations) : nothing
  return {
    ...restored,
    txid: files.layout === 'ltx' ? restored.txid : null,
    epoch,
    layout: files.layout,
    changedAt: changeIn(files, restored.txid),
    stored: { objects: files.objects, bytes: files.bytes },
    ...content,
  }
}

const nothing = { migrations: { applied: 0, pending: 0, unknown: [] }, missing: [] }

function read(path: string, shown: Shown | null, folder: string | null) {
  const client = new Sqlite(path, { readonly: true })
  try {
    const migrations = compareMigrations(client, folder)
    return { migrations, missing: shown?.missingFrom(client) ?? [] }
  } finally {
    client.close()
  }
}
