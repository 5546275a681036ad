import type { Store } from '../stores/store.ts'
import { allEnded } from './all-ended.ts'
import { type LtxFile, newestIn } from './ltx-files.ts'
import { changesAfter } from './restore-plan.ts'

/** The changes lead to no newer state, or not soon enough: it takes a restore. */
export class NeedsRestore extends Error {}

/** What some files of a replica hold, in their order. */
export type Changes = { file: Pick<LtxFile, 'name' | 'min' | 'max'>; bytes: Buffer }[]

// They are asked for at once, and held in memory until they are applied. A larger file is held alone.
const mostFiles = 16
const mostBytes = 16 * 1024 ** 2

// The leader's Litestream merges files, and deletes the small ones, while they are read.
const mostLists = 3

/**
 * Reads what brings state `txid` of a replica to the newest one, some files at a time.
 *
 * @param list lists the replica, and is called again where a listed file is gone
 * @param isTooMuch whether a restore is better than to read so much
 * @throws {NeedsRestore} if there is a gap, or too much
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function* changesSince(
  store: Pick<Store, 'bytes'>,
  txid: number,
  list: () => Promise<LtxFile[]>,
  isTooMuch: (wanted: readonly LtxFile[]) => boolean,
): AsyncGenerator<Changes> {
  let reached = txid
  for (let lists = 0; lists < mostLists; lists++) {
    const listed = await list()
    if (reached >= newestIn(listed)) return
    const wanted = changesAfter(listed, reached)
    if (!wanted || isTooMuch(wanted)) throw new NeedsRestore()
    let isGone = false
    while (wanted.length > 0 && !isGone) {
      const some = wanted.splice(0, asManyAsFit(wanted))
      const changes = await readUntilGone(store, some)
      isGone = changes.length < some.length
      reached = changes.at(-1)?.file.max ?? reached
      if (changes.length > 0) yield changes
    }
    if (!isGone) return
  }
  throw new NeedsRestore()
}

/** Reads files at once: those before the first one that is not there. */
export async function readUntilGone(
  store: Pick<Store, 'bytes'>,
  files: readonly Changes[number]['file'][],
): Promise<Changes> {
  const asked = files.map(async (file) => ({ file, bytes: await store.bytes(file.name) }))
  const changes: Changes = []
  for (const { file, bytes } of await allEnded(asked)) {
    if (!bytes) break
    changes.push({ file, bytes })
  }
  return changes
}

function asManyAsFit(files: readonly LtxFile[]): number {
  let bytes = 0
  const tooMany = files.slice(0, mostFiles).findIndex(({ size }, index) => {
    bytes += size
    return index > 0 && bytes > mostBytes
  })
  return tooMany < 0 ? mostFiles : tooMany
}
