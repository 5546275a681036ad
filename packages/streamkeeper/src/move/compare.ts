import { setImmediate } from 'node:timers/promises'
import { type Digest, isSame, Summing } from './digest.ts'
import type { Pace } from './pace.ts'
import { keyOf, type Range, type Row, type Source } from './side.ts'
import type { Table } from './table.ts'

/** Some rows in a row of the source, and what the target has in the same range of keys. */
type Block = Range & { source: Digest; target: Digest }

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
  let lastKey: Row | null = null
  for await (const rows of chunks(table, { after: null, upTo: null }, source, walk)) {
    const after: Row | null = lastKey
    const last = rows.at(-1)
    if (last) lastKey = keyOf(table, last)
    // What the target has after the last row of the source belongs to the last block.
    const range = { after, upTo: rows.length < walk.blockRows ? null : lastKey }
    const block = new Summing()
    block.add(rows)
    here.add(rows)
    const opposite = await sum(table, range, target, walk, there)
    blocks.push({ ...range, source: block.digest, target: opposite })
    walk.pace.step(rows.length)
  }
  return { table, source: here.digest, target: there.digest, blocks, lastKey }
}

/** Reads all of a table on the target once more. */
export async function compareAgain(
  compared: Compared,
  target: Source,
  walk: Walk,
): Promise<Compared> {
  const there = new Summing()
  const blocks: Block[] = []
  for (const block of compared.blocks) {
    const again = await sum(compared.table, block, target, walk, there)
    blocks.push({ ...block, target: again })
    walk.pace.step(block.source.rows)
  }
  return { ...compared, target: there.digest, blocks }
}

export function differing(blocks: Block[]): Block[] {
  return blocks.filter(({ source, target }) => !isSame(source, target))
}

/**
 * The rows in a range, a block at a time: the last one has fewer than a block, or none.
 */
export async function* chunks(
  table: Table,
  { after, upTo }: Range,
  side: Source,
  { blockRows, signal }: Walk,
): AsyncGenerator<Row[]> {
  for (let from = after; ; ) {
    await letOthersRun(signal)
    const rows = await side.read(table, { after: from, upTo }, blockRows)
    yield rows
    const last = rows.at(-1)
    if (!last || rows.length < blockRows) return
    from = keyOf(table, last)
  }
}

/** Whoever has much to do lets a lease be renewed, and a signal be heard, between its steps. */
export async function letOthersRun(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

// The source's block may be small where the target has much.
async function sum(
  table: Table,
  range: Range,
  side: Source,
  walk: Walk,
  all: Summing,
): Promise<Digest> {
  const summing = new Summing()
  for await (const rows of chunks(table, range, side, walk)) {
    summing.add(rows)
    all.add(rows)
  }
  return summing.digest
}
