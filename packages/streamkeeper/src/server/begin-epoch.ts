import type { Reached, View } from '../lease/lease.ts'
import { CantContinue, copyEpoch } from '../litestream/copy-epoch.ts'
import type { Litestream } from '../litestream/litestream.ts'
import { hasFilesSince, localTxid } from '../litestream/local-position.ts'
import { beginAt } from '../litestream/ltx/begin-at.ts'
import type { Store } from '../stores/store.ts'
import { plural, size } from './in-words.ts'
import type { LocalDatabase } from './local-database.ts'

/** How an epoch began: as the continuation of a state of another, or with an upload of all of it. */
export type Beginning =
  | { how: 'continued'; from: Reached; files: number; bytes: number }
  | { how: 'uploaded'; from: Reached | null; why: string }

export function beganInWords(beginning: Beginning): string {
  if (beginning.how === 'uploaded') return `uploaded in full: ${beginning.why}`
  const { from, files, bytes } = beginning
  return `continues epoch ${from.epoch} at transaction ${from.txid}; the bucket copied ${files} ${plural(files, 'file')} (${size(bytes)})`
}

export type Copied =
  | { txid: number; files: number; bytes: number }
  /** Why there is nothing to continue, and whether nothing was copied for certain, nor will be. */
  | { why: string; isClean: boolean }

// The first Litestream that compacts what it did not upload itself, on Cloud Storage as well.
const least = [0, 5, 18]

// As long as Litestream keeps snapshots (litestream.yml).
const changesMs = 30 * 3_600_000

/**
 * Has the bucket copy the restorable epoch to a new one.
 *
 * @param before the lease as it was before it was acquired
 * @throws {ReplicationProblem} if the bucket does not answer, or lacks something
 */
export async function copyRestorable(
  { store, litestream }: { store: Store; litestream: Litestream },
  { lease }: View,
  epoch: number,
): Promise<Copied> {
  if (lease.restorable === 0) return { why: 'there is no epoch before it', isClean: true }
  const { version } = await litestream.info(5_000)
  if (!isLeast(version)) {
    return { why: `Litestream ${version} can not continue one`, isClean: true }
  }
  try {
    return await copyEpoch(store, lease.restorable, epoch, Date.now() - changesMs)
  } catch (error) {
    if (error instanceof CantContinue) return { why: error.message, isClean: false }
    throw error
  }
}

function isLeast(version: string): boolean {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number)
  if (!numbers) return false
  const differing = numbers.findIndex((number, index) => number !== least[index])
  return differing < 0 || (numbers[differing] ?? 0) > (least[differing] ?? 0)
}

/**
 * Brings the file to the state that was copied: an old leader may have uploaded more until then.
 *
 * @returns why it can't be said for certain that it is there; null where it is
 */
export async function reach(
  database: LocalDatabase,
  view: View,
  { epoch, txid }: Reached,
): Promise<string | null> {
  if (isNotedSince(database, epoch, txid)) return null
  for (let tries = 0; tries < 3; tries++) {
    const state = database.stateIn(view)
    if (state?.txid === txid) return null
    if (!state || state.txid > txid) break
    await database.restore({ ...view, isHeldByOther: true })
  }
  return `the file on this disk is not known to be at transaction ${txid}`
}

/**
 * Tells Litestream where the file is: at transaction `txid` of `epoch`, with all that was written since in
 * the WAL.
 *
 * @returns why that can't be said for certain; null where it was done
 */
export function tellPosition(
  database: LocalDatabase,
  { epoch, txid }: Reached,
  now: number,
): string | null {
  return isNotedSince(database, epoch, txid) ? null : beginAt(database.path, txid, now)
}

// This instance led that epoch, and Litestream was only asked to let go of the file.
function isNotedSince({ replicatedTo, path }: LocalDatabase, epoch: number, txid: number): boolean {
  return replicatedTo === epoch && localTxid(path) >= txid && hasFilesSince(path, txid)
}
