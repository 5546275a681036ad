import type { Replicated } from 'streamkeeper'
import { numberInWords } from '../format.ts'

/** As in `Everything up to 0.4 s ago is in the bucket · epoch 3 · transaction 1,234`. */
export function replicatedInWords(replicated: Replicated): string {
  const { epoch, txid } = replicated
  return [
    sentence(replicated),
    ...(epoch === null ? [] : [`epoch ${epoch}`]),
    ...(txid === null ? [] : [`transaction ${numberInWords(txid)}`]),
  ].join(' · ')
}

/** The same, said so many milliseconds later: what was true of the past still is. */
export function later(replicated: Replicated, ms: number): Replicated {
  const { durableAgoMs } = replicated
  return { ...replicated, durableAgoMs: durableAgoMs === null ? null : durableAgoMs + ms }
}

function sentence({ role, state, durableAgoMs, why }: Replicated): string {
  const reason = why ? `${why} ` : ''
  if (durableAgoMs === null) return `${reason}Kept in PostgreSQL`
  const ago = atMost(durableAgoMs)
  if (role !== 'writer') return `${reason}A copy of the bucket, at most ${ago} old`
  switch (state) {
    case 'ok':
      return `Everything up to ${ago} ago is in the bucket`
    case 'late':
      return `${reason}On its way: the bucket has everything up to ${ago} ago`
    case 'down':
      return `Not in the bucket. ${reason}It has everything up to ${ago} ago`
  }
}

/** A duration that is not shorter than the one that is meant. */
function atMost(ms: number): string {
  if (ms < 9_900) return `${(Math.ceil(ms / 100) / 10).toFixed(1)} s`
  if (ms < 100_000) return `${Math.ceil(ms / 1_000)} s`
  if (ms < 6_000_000) return `${Math.ceil(ms / 60_000)} min`
  return `${Math.ceil(ms / 3_600_000)} h`
}
