import type { Replicated } from '../../../../app/live/replicated.ts'

/** Where what is written is, for everybody: what is committed here is durable. */
export function replicated(isAway: boolean): Replicated {
  return {
    ...{ role: 'postgres', state: isAway ? 'down' : 'ok' },
    ...{ durableAgoMs: null, missing: 0, waiting: 0, epoch: null, txid: null },
    why: isAway ? 'The database does not answer.' : null,
  }
}
