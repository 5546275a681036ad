import { openDatabase } from '../sqlite/open.ts'
import { type Reporting, walkWithProgress } from './moving.ts'
import { SqliteSide } from './sqlite-side.ts'
import { compareAll, mustBeEqual } from './synchronise.ts'
import type { Table } from './table.ts'

/**
 * Compares a database that was restored from the bucket with the file that was brought there.
 *
 * @throws {Error} if they differ
 */
export async function mustBeSame(
  tables: Table[],
  sent: string,
  restored: string,
  reporting: Reporting,
): Promise<void> {
  const [one, other] = [openDatabase(sent), openDatabase(restored)]
  try {
    const sides = [new SqliteSide(one.$client), new SqliteSide(other.$client)] as const
    const compared = await walkWithProgress(reporting, (walk) => compareAll(tables, ...sides, walk))
    for (const table of compared) mustBeEqual(table)
  } finally {
    one.$client.close()
    other.$client.close()
  }
}
