import { defaultTiming } from '../replication/lease/lease.ts'
import { type LeaseObject, leaseName, readLease } from '../replication/lease/lease-object.ts'
import { type Term, terms } from '../replication/lease/terms.ts'
import type { Store } from '../replication/store/store.ts'
import { type EpochFiles, listEpochFiles } from './epoch-files.ts'

export type EpochState =
  /** What is restored now. */
  | { name: 'restorable'; since: number | null }
  /** Another one took its place: in milliseconds since 1970, null where that is forgotten. */
  | { name: 'obsolete'; since: number | null }
  /** Nobody ever relied on it: its leader ended before its first upload did. */
  | { name: 'never complete' }
  /** Its leader's first upload is under way. */
  | { name: 'beginning' }
  /** There is no lease that says what it is. */
  | { name: 'unknown' }

export type History = {
  /** Oldest first. */
  epochs: (EpochFiles & { state: EpochState; isLeading: boolean })[]
  lease: LeaseObject | null
  /** Why the lease can't be read, if so. */
  damage: string | null
  /** Since the holder's last renewal, by the store's clock, in milliseconds. */
  renewedMsAgo: number | null
  /** Whether the holder's lease has not run out. */
  isHeld: boolean
}

/** Says of each epoch in the bucket what it is. */
export async function listHistory(store: Store): Promise<History> {
  const stored = await store.read(leaseName)
  const files = await listEpochFiles(store)
  const { lease, damage } = stored ? readLease(stored.body) : { lease: null, damage: null }
  const renewedMsAgo =
    stored && lease?.holder ? stored.storeNow - (lease.renewedAt ?? stored.updatedAt) : null
  const isHeld =
    lease !== null && renewedMsAgo !== null && renewedMsAgo <= lease.ttlMs + defaultTiming.marginMs
  const all = lease ? terms(lease, files) : null
  const epochs = files.map((found) => {
    const isLeading = isHeld && lease?.epoch === found.epoch
    return { ...found, isLeading, state: stateOf(found.epoch, all, isLeading) }
  })
  return { epochs, lease, damage, renewedMsAgo, isHeld }
}

function stateOf(epoch: number, all: Term[] | null, isLeading: boolean): EpochState {
  if (!all) return { name: 'unknown' }
  const term = all.findLast((found) => found.epoch === epoch)
  if (!term) {
    // What the lease has forgotten is gone, except for a replica from before there were epochs.
    if (epoch < (all[0]?.epoch ?? 0)) return { name: 'obsolete', since: null }
    return { name: isLeading ? 'beginning' : 'never complete' }
  }
  return term.until === null
    ? { name: 'restorable', since: term.from }
    : { name: 'obsolete', since: term.until }
}
