import { type Term, terms } from '../lease/terms.ts'
import type { Context } from './command.ts'
import { type Survey, survey } from './survey.ts'

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

export type History = Survey & {
  states: {
    state: EpochState
    isLeading: boolean
    /** The epoch whose transactions this one goes on with; null if it was uploaded, or that is forgotten. */
    continues: number | null
  }[]
}

/** Says of each epoch in the bucket what it is. */
export async function listHistory(bucket: Pick<Context, 'store' | 'url'>): Promise<History> {
  const surveyed = await survey(bucket)
  const { lease, epochs, isHeldByOther, restorable } = surveyed
  const all = lease ? terms(lease, epochs) : onlyTerm(restorable)
  const states = epochs.map(({ epoch }) => {
    const isLeading = isHeldByOther && lease?.epoch === epoch
    const begun = lease?.obsolete.findLast(({ upTo }) => upTo + 1 === epoch)
    const continues = (begun?.continued && begun.was) || null
    return { isLeading, state: stateOf(epoch, all, isLeading), continues }
  })
  return { ...surveyed, states }
}

function onlyTerm(restorable: Survey['restorable']): Term[] | null {
  return restorable && [{ epoch: restorable.epoch, from: null, until: null }]
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
