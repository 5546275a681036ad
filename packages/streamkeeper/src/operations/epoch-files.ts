import { firstMissing, type LtxFile, ltxFilesIn, newestIn } from '../litestream/ltx-files.ts'
import { generationsIn, newestChange } from '../litestream/old-layout/generations.ts'
import { neededFiles } from '../litestream/old-layout/needed-files.ts'
import { epochOf } from '../stores/epochs.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { type Layout, sourceUrl } from '../stores/replica-url.ts'
import type { Listed } from '../stores/store.ts'

/**
 * A state of the database in the bucket; `at` is the time of its newest change. Litestream 0.3 counted
 * no transactions.
 */
export type State = { txid: number | null; at: number }

/** What the bucket has of an epoch; epoch 0 is a replica without epochs. */
export type EpochFiles = {
  epoch: number
  layout: Layout
  objects: number
  bytes: number
  /** The oldest state that can be restored; null if none can, as there is no complete copy. */
  first: State | null
  /** The newest change. */
  last: State
  /** Why not all of it can be restored; null where nothing shows. */
  fault: ReplicationProblem | null
  /** By the newest change that is in it, for each file of Litestream's. */
  times: ReadonlyMap<number, number>
  /** The times of all the files, oldest first. */
  changes: readonly number[]
}

/**
 * All the epochs in a list of what the bucket has, oldest first.
 *
 * @param url the base URL, for errors
 * @param plain the layout of the replica without epochs; null if there is none
 */
export function epochFilesIn(
  listed: readonly Listed[],
  plain: Layout | null,
  url: string,
): EpochFiles[] {
  const files = ltxFilesIn(listed)
  const byEpoch = Map.groupBy(files, ({ name }) => epochOf(name))
  const epochs = [...byEpoch].flatMap(([epoch, own]) =>
    epoch === null || (epoch === 0 && plain !== 'ltx') ? [] : [ltxSummary(epoch, own, url)],
  )
  const hasOld =
    plain === 'generations' && listed.some(({ name }) => name.startsWith('generations/'))
  const old = hasOld ? [oldSummary(listed, url)] : []
  return [...old, ...epochs].toSorted((a, b) => a.epoch - b.epoch)
}

function ltxSummary(epoch: number, files: LtxFile[], url: string): EpochFiles {
  const times = new Map<number, number>()
  // The same change is in several files, some of which Litestream made later.
  for (const { max, at } of files) times.set(max, Math.min(at, times.get(max) ?? at))
  const state = (txid: number): State => ({ txid, at: times.get(txid) ?? 0 })
  const complete = files.filter(({ min }) => min === 1).map(({ max }) => max)
  return {
    epoch,
    layout: 'ltx',
    objects: files.length,
    bytes: sizeOf(files),
    first: complete.length > 0 ? state(Math.min(...complete)) : null,
    last: state(newestIn(files)),
    fault: faultOf(files, sourceUrl(url, { restorable: epoch })),
    times,
    changes: timesOf(files),
  }
}

function faultOf(files: LtxFile[], url: string): ReplicationProblem | null {
  const missing = firstMissing(files)
  if (missing !== null) {
    const detail = `transaction ${missing} of ${newestIn(files)} is not there`
    return new ReplicationProblem('replica-behind', url, detail)
  }
  const empty = files.find(({ size }) => size === 0)
  return empty ? new ReplicationProblem('replica-damaged', url, `${empty.name} is empty`) : null
}

function oldSummary(listed: readonly Listed[], base: string): EpochFiles {
  const files = generationsIn(listed).flatMap((generation) => generation.files)
  const snapshots = files.filter(({ kind }) => kind === 'snapshot').map(({ at }) => at)
  return {
    epoch: 0,
    layout: 'generations',
    objects: files.length,
    bytes: sizeOf(files),
    first: snapshots.length > 0 ? { txid: null, at: Math.min(...snapshots) } : null,
    last: { txid: null, at: newestChange(listed) },
    fault: oldFault(listed, sourceUrl(base, { restorable: 0, adopted: 'generations' })),
    times: new Map(),
    changes: timesOf(files),
  }
}

function oldFault(listed: readonly Listed[], url: string): ReplicationProblem | null {
  try {
    neededFiles(url, listed)
    return null
  } catch (error) {
    if (error instanceof ReplicationProblem) return error
    throw error
  }
}

function timesOf(files: readonly Listed[]): number[] {
  return files.map(({ at }) => at).toSorted((one, other) => one - other)
}

function sizeOf(files: readonly Listed[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

/** When the newest change was made that is in what was restored; null if the bucket doesn't tell. */
export function changeIn({ layout, times, changes }: EpochFiles, txid: number, at = Infinity) {
  if (layout === 'ltx') return times.get(txid) ?? null
  return changes.findLast((change) => change <= at) ?? null
}
