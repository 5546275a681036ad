import { putChanged, removeVanished } from './apply.ts'
import { type Compared, compare, compareAgain, differing, type Walk } from './compare.ts'
import { type Digest, digestOfAll, isSame } from './digest.ts'
import type { Source, Target } from './side.ts'
import type { Table } from './table.ts'

export type Synchronised = {
  /** What both sides have now. */
  tables: ({ name: string } & Digest)[]
  all: Digest
  /** How many blocks differed, and what was done. */
  blocks: number
  put: number
  removed: number
}

/**
 * Makes the target's tables equal to the source's, and reads them once more to see that they are. The
 * source has to stay as it is meanwhile. What is equal already is left alone, so that what was
 * interrupted goes on when it is called again.
 *
 * @param mayChange told what the target has before anything is changed; throws where it may not be
 * @throws {Error} if they differ in the end
 */
export async function synchronise(
  tables: Table[],
  source: Source,
  target: Target,
  walk: Walk,
  mayChange: (target: Digest) => Promise<void> = async () => {},
): Promise<Synchronised> {
  const compared = await compareAll(tables, source, target, walk)
  await mayChange(digestOfAll(compared.map((one) => ({ name: one.table.name, ...one.target }))))
  const different = compared.filter(({ blocks }) => differing(blocks).length > 0)
  let removed = 0
  let put = 0
  // What refers to others goes first and comes last. And all that vanished goes before anything
  // comes: it may have held a value that has to be unique.
  for (const one of different.toReversed()) {
    walk.pace.begin(`Removing what is gone from ${one.table.name}`, 0)
    removed += await removeVanished(one, source, target, walk)
  }
  for (const one of different) {
    const rows = differing(one.blocks).reduce((sum, block) => sum + block.source.rows, 0)
    walk.pace.begin(`Copying ${one.table.name}`, rows)
    put += await putChanged(one, source, target, walk)
  }
  for (const one of compared) await raiseLastId(one, source, target)
  // Where nothing had to change, the comparison was the verification.
  if (different.length > 0) await verify(compared, target, walk)
  const equal = compared.map((one) => ({ name: one.table.name, ...one.source }))
  const blocks = different.flatMap((one) => differing(one.blocks)).length
  return { tables: equal, all: digestOfAll(equal), blocks, put, removed }
}

/** Reads all tables on both sides. */
export async function compareAll(
  tables: Table[],
  source: Source,
  target: Source,
  walk: Walk,
): Promise<Compared[]> {
  const compared = []
  for (const table of tables) {
    walk.pace.begin(`Comparing ${table.name}`, await source.count(table))
    compared.push(await compare(table, source, target, walk))
  }
  return compared
}

/** @throws {Error} if there is a difference */
export function mustBeEqual({ table, blocks, source, target }: Compared): void {
  const [first] = differing(blocks)
  if (!first && isSame(source, target)) return
  const after = first?.after ? `after ${first.after.join(', ')}` : 'at the beginning'
  throw new Error(
    `${table.name} differs from the source, first ${after}: the target has ${target.rows} rows and the source ${source.rows}. See that nobody else writes to the target, and run it again.`,
  )
}

async function verify(compared: Compared[], target: Source, walk: Walk): Promise<void> {
  for (const one of compared) {
    walk.pace.begin(`Verifying ${one.table.name}`, one.source.rows)
    mustBeEqual(await compareAgain(one, target, walk))
  }
}

// The next id has to be larger than any that ever was: the last one may have been removed.
async function raiseLastId(
  { table, lastKey }: Compared,
  source: Source,
  target: Target,
): Promise<void> {
  const [largest] = table.key.length === 1 && lastKey ? lastKey : []
  const last = await source.lastId(table)
  const id = typeof largest === 'bigint' && largest > last ? largest : last
  if (id > 0n) await target.raiseLastId(table, id)
}
