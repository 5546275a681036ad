import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { entries } from '../../../db/schema.ts'
import { countVisits } from '../../../db/visits.ts'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import { required } from '../../../e2e/support/environment.ts'
import { checkDatabase } from '../../../packages/streamkeeper/src/sqlite/check.ts'
import { openDatabase } from '../../../packages/streamkeeper/src/sqlite/open.ts'
import { epochName } from '../../../packages/streamkeeper/src/stores/epochs.ts'
import type { Restored } from './ledger.ts'

const run = promisify(execFile)

export type Copy = { epoch: number; entries: Restored[]; visits: number }

/**
 * What a stranger with Litestream would restore of an epoch: all of it, checked, or its state at a
 * transaction.
 *
 * @throws {Error} if it does not restore, or is damaged
 */
export async function restoreEpoch(bucket: Bucket, epoch: number, txid?: number): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'visits-'))
  const path = join(folder, 'app.db')
  try {
    const url = `${bucket.replicaUrl}/${epochName(epoch)}`
    const env = { ...process.env, ...bucket.environment }
    const at = txid === undefined ? [] : ['-txid', txid.toString(16).padStart(16, '0')]
    const args = ['restore', ...at, '-o', path, url]
    await run(required('LITESTREAM'), args, { env, timeout: 300_000 })
    checkDatabase(path)
    return { epoch, ...(await contentOf(path)) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function contentOf(path: string): Promise<Omit<Copy, 'epoch'>> {
  const database = drizzle({ client: openDatabase(path).$client })
  try {
    const { id, message } = entries
    const rows = database.select({ id, message }).from(entries).all()
    return { entries: rows, visits: (await countVisits(database, new Date())).total }
  } finally {
    database.$client.close()
  }
}
