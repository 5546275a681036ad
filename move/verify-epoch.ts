import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../db/open.ts'
import type { Context } from '../operations/command.ts'
import { temporaryFolder } from '../operations/temporary-folder.ts'
import { copyOfBucket } from './bucket-copy.ts'
import { Pace } from './pace.ts'
import { SqliteSide } from './sqlite-side.ts'
import { compareAll, mustBeEqual } from './synchronise.ts'
import type { Table } from './table.ts'

/**
 * Restores an epoch from the bucket, and compares it with the file that was brought there.
 *
 * @throws {Error} if they differ
 */
export async function verifyEpoch(
  epoch: number,
  file: string,
  tables: Table[],
  context: Context,
): Promise<void> {
  using folder = temporaryFolder(join(tmpdir(), 'visits-move-'))
  using copy = await copyOfBucket(epoch, folder.path, context)
  const sent = openDatabase(file)
  try {
    const [source, target] = [new SqliteSide(sent.$client), new SqliteSide(copy.database.$client)]
    const pace = new Pace()
    const walk = { blockRows: 10_000, signal: context.signal, pace }
    const comparing = compareAll(tables, source, target, walk)
    for (const one of await context.progress.during(() => pace.words, comparing)) mustBeEqual(one)
  } finally {
    sent.$client.close()
  }
}
