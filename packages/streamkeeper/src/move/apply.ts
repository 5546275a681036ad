import { type Compared, chunks, differing, letOthersRun, type Walk } from './compare.ts'
import { encode } from './digest.ts'
import { keyOf, type Row, type Source, type Target } from './side.ts'

/**
 * Removes what the source does not have from the blocks that differ: rows that are gone, and rows that
 * have changed where that can be done, as two of them may have exchanged what has to be unique.
 *
 * @returns how many rows are gone
 */
export async function removeVanished(
  { table, blocks }: Compared,
  source: Source,
  target: Target,
  walk: Walk,
): Promise<number> {
  const key = (row: Row) => keyOf(table, row)
  let gone = 0
  for (const block of differing(blocks)) {
    if (block.target.rows === 0) continue
    const rows = await source.read(table, block, walk.blockRows)
    const [keys, whole] = [encoded(rows.map(key)), encoded(rows)]
    for await (const there of chunks(table, block, target, walk)) {
      const vanished = there.filter((row) => !keys.has(encode(key(row))))
      const stale = table.isReferredTo ? vanished : there.filter((row) => !whole.has(encode(row)))
      if (stale.length > 0) await target.remove(table, stale.map(key))
      gone += vanished.length
    }
  }
  return gone
}

/**
 * Brings what is new or changed in the blocks that differ to the target; what vanished has to be
 * removed before.
 *
 * @returns how many rows
 */
export async function putChanged(
  { table, blocks }: Compared,
  source: Source,
  target: Target,
  walk: Walk,
): Promise<number> {
  let put = 0
  for (const block of differing(blocks)) {
    await letOthersRun(walk.signal)
    const rows = await source.read(table, block, walk.blockRows)
    const isEmpty = block.target.rows === 0
    const there = encoded(isEmpty ? [] : await target.read(table, block, walk.blockRows))
    const changed = rows.filter((row) => !there.has(encode(row)))
    if (changed.length > 0) await target.put(table, changed)
    put += changed.length
    walk.pace.step(rows.length)
  }
  return put
}

function encoded(rows: Row[]): Set<string> {
  return new Set(rows.map(encode))
}
