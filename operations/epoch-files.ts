import type { Listed, Store } from '../replication/store/store.ts'

/** A state of the database in the bucket; `at` is the time of its newest change. */
export type State = { txid: number; at: number }

/** What the bucket has of an epoch; epoch 0 is a replica without epochs. */
export type EpochFiles = {
  epoch: number
  objects: number
  bytes: number
  /** The oldest state that can be restored; null if none can, as there is no complete copy. */
  first: State | null
  /** The newest change. */
  last: State
  /** By the newest change that is in it, for each file of Litestream's. */
  times: ReadonlyMap<number, number>
}

/**
 * All the epochs that are in the bucket, oldest first.
 *
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function listEpochFiles(store: Store): Promise<EpochFiles[]> {
  const [epochs, plain] = await Promise.all([store.list('epoch-'), store.list('ltx/')])
  const byEpoch = Map.groupBy([...plain, ...epochs].map(file), (found) => found?.epoch)
  return [...byEpoch]
    .flatMap(([epoch, files]) =>
      epoch === undefined ? [] : [summary(epoch, files.filter(isFile))],
    )
    .toSorted((a, b) => a.epoch - b.epoch)
}

type File = { epoch: number; min: number; max: number; size: number; at: number }

function file({ name, size, at }: Listed): File | null {
  const [, epoch, min, max] =
    /^(?:epoch-(\d{8})\/)?ltx\/\d+\/([0-9a-f]{16})-([0-9a-f]{16})\.ltx$/.exec(name) ?? []
  if (min === undefined || max === undefined) return null
  const [from, to] = [Number.parseInt(min, 16), Number.parseInt(max, 16)]
  return { epoch: Number(epoch ?? 0), min: from, max: to, size, at }
}

function isFile(found: File | null): found is File {
  return found !== null
}

function summary(epoch: number, files: File[]): EpochFiles {
  const times = new Map<number, number>()
  // The same change is in several files, some of which Litestream made later.
  for (const { max, at } of files) times.set(max, Math.min(at, times.get(max) ?? at))
  const state = (txid: number): State => ({ txid, at: times.get(txid) ?? 0 })
  const complete = files.filter(({ min }) => min === 1).map(({ max }) => max)
  return {
    epoch,
    objects: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    first: complete.length > 0 ? state(Math.min(...complete)) : null,
    last: state(Math.max(...files.map(({ max }) => max))),
    times,
  }
}
