import { setImmediate } from 'node:timers/promises'
import { type Digest, isSame, Summing } from './digest.ts'
import type { Pace } from './pace.ts'
import { keyOf, type Range, type Row, type Source } from './side.ts'
import type { Table } from './table.ts'

/** Some rows in a row of the source, and what the target has in the same range of keys. */
export type Block = Range & { source: Digest; target: Digest }

/** A table, as it is on both sides. */
export type Compared = {
  table: Table
  source: Digest
  target: Digest
  blocks: Block[]
  /** The largest key of the source; null where it has no row. */
  lastKey: Row | null
}

export type Walk = {
  /** How many rows of the source are a block. */
  blockRows: number
  /** Aborted when it is to end early. */
  signal: AbortSignal
  pace: Pace
}

/** Reads all of a table on both sides, block by block. */
export async function compare(
  table: Table,
  source: Source,
  target: Source,
  walk: Walk,
): Promise<Compared> {
  const [here, there] = [new Summing(), new Summing()]
  const blocks: Block[] = []
  for (let after: Row | null = null; ; ) {
    await letOthersRun(walk)
    const rows = await source.read(table, { after, upTo: null }, walk.blockRows)
    const last = rows.length < walk.blockRows ? undefined : rows.at(-1)
    const range: Range = { after, upTo: last ? keyOf(table, last) : null }
    const block = new Summing()
    block.add(rows)
    here.add(rows)
    const opposite = await sum(table, range, target, walk, there)
    blocks.push({ ...range, source: block.digest, target: opposite })
    walk.pace.step(rows.length)
    if (range.upTo) {
      after = range.upTo
      continue
    }
    const lastRow = rows.at(-1)
    const lastKey = lastRow ? keyOf(table, lastRow) : after
    return { table, source: here.digest, target: there.digest, blocks, lastKey }
  }
}

/** Reads all of a table on the target once more. */
export async function compareAgain(
  compared: Compared,
  target: Source,
  walk: Walk,
): Promise<Compared> {
  const { table, blocks } = compared
  const there = new Summing()
  const again: Block[] = []
  for (const block of blocks) {
    await letOthersRun(walk)
    again.push({ ...block, target: await sum(table, block, target, walk, there) })
    walk.pace.step(block.source.rows)
  }
  return { ...compared, target: there.digest, blocks: again }
}

export function differing(blocks: Block[]): Block[] {
  return blocks.filter(({ source, target }) => !isSame(source, target))
}

/** Whoever has much to do lets a lease be renewed, and a signal be heard, between its steps. */
export async function letOthersRun({ signal }: Walk): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

async function sum(
  table: Table,
  { after, upTo }: Range,
  side: Source,
  walk: Walk,
  all: Summing,
): Promise<Digest> {
  const summing = new Summing()
  // The source's block may be small where the target has much.
  for (let from = after; ; ) {
    const rows = await side.read(table, { after: from, upTo }, walk.blockRows)
    summing.add(rows)
    all.add(rows)
    const last = rows.at(-1)
    if (!last || rows.length < walk.blockRows) return summing.digest
    from = keyOf(table, last)
    await letOthersRun(walk)
  }
}
