import { type LtxFile, ltxFilesIn, newestIn } from '../litestream/ltx-files.ts'
import { epochName, listEpochs } from '../stores/epochs.ts'
import type { Store } from '../stores/store.ts'
import type { LeaseObject } from './lease-object.ts'

// Of txids, which have 16 hexadecimal digits: what begins with the same 14 is removed with one list.
const blockDigits = 14

/**
 * Removes the files of level 1 of an epoch that a file of level 2 holds, and that are older than
 * `retentionMs`. Litestream keeps them as long as its snapshots, 17,280 for a day, and lists all of
 * them after each compaction and before each restore.
 *
 * @param now milliseconds since 1970
 */
export async function removeCompacted(
  store: Store,
  epoch: number,
  now: number,
  retentionMs: number,
): Promise<void> {
  const folder = `${epochName(epoch)}/ltx`
  const files = ltxFilesIn(await store.list(`${folder}/1/`))
  const larger = ltxFilesIn(await store.list(`${folder}/2/`))
  const newest = newestIn(files)
  // A gap between the files of level 2 leaves what is in it to those of level 1.
  const isNeedless = ({ min, max, at }: LtxFile) =>
    max < newest &&
    now - at > retentionMs &&
    larger.some((file) => file.min <= min && file.max >= max)
  const blocks = Map.groupBy(files, ({ name }) =>
    name.slice(0, `${folder}/1/`.length + blockDigits),
  )
  for (const [block, inBlock] of blocks) {
    if (inBlock.every(isNeedless)) await store.remove(block)
  }
}

/**
 * Whether Litestream still compacts what it uploads. One request of a compaction that hangs ends all of
 * its level, until it is restarted.
 *
 * @param now milliseconds since 1970
 * @param patienceMs how old what is not compacted may be
 */
export async function isCompacting(
  store: Store,
  epoch: number,
  now: number,
  patienceMs: number,
): Promise<boolean> {
  const folder = `${epochName(epoch)}/ltx`
  const compacted = newestIn(ltxFilesIn(await store.list(`${folder}/1/`)))
  const uploads = ltxFilesIn(await store.list(`${folder}/0/`))
  return uploads.every(({ max, at }) => max <= compacted || now - at <= patienceMs)
}

/**
 * Removes the epochs that nobody has needed for `retentionMs`, never the restorable one nor the one
 * that it was begun from.
 *
 * @param now milliseconds since 1970
 * @returns up to which epoch they are removed; null if there was nothing to remove
 */
export async function removeObsolete(
  store: Store,
  { obsolete, restoredFrom, restorable }: LeaseObject,
  now: number,
  retentionMs: number,
): Promise<number | null> {
  const old = obsolete.filter(({ since }) => now - since > retentionMs)
  const upTo = Math.min(
    Math.max(0, ...old.map((entry) => entry.upTo)),
    restorable - 1,
    restoredFrom > 0 ? restoredFrom - 1 : restorable - 1,
  )
  if (upTo <= 0) return null
  for (const epoch of await listEpochs(store)) {
    if (epoch <= upTo) await store.remove(`${epochName(epoch)}/`)
  }
  return upTo
}
