import { inRestorable } from '../lease/continues.ts'
import type { LeaseObject } from '../lease/lease-object.ts'
import type { Position } from './position.ts'
import { ReaderProblem } from './problem.ts'

/** What the lease said when it was last read. */
export class KnownLease {
  #last: LeaseObject | null = null

  /** How far the replica is known to have reached; null where that isn't known. */
  get reached(): Position | null {
    return this.#last?.reached ?? null
  }

  /** The transaction that the epoch to read was continued with; 0 where it began with an upload. */
  get continuedAt(): number {
    const { restorable = 0, obsolete = [] } = this.#last ?? {}
    const begun = obsolete.findLast(({ upTo }) => upTo + 1 === restorable)
    return (begun?.continued && begun.txid) || 0
  }

  /** A state as one of the epoch to read; null where that isn't known to have all of it. */
  inRestorable(position: Position): Position | null {
    return this.#last && inRestorable(this.#last, position)
  }

  /**
   * Takes note of what the lease says now; null where there is none.
   *
   * @returns the epoch to read
   * @throws {ReaderProblem} if there is none, or the lease is older than the one before
   */
  learn(lease: LeaseObject | null): number {
    const last = this.#last
    if (!lease) throw new ReaderProblem(last ? 'lease-gone' : 'no-copy-yet')
    if (last && lease.restorable < last.restorable && !isChosen(lease, last)) {
      const detail = `epoch ${lease.restorable} after epoch ${last.restorable}`
      throw new ReaderProblem('lease-older', detail)
    }
    this.#last = { ...lease, epoch: Math.max(lease.epoch, last?.epoch ?? 0) }
    if (lease.restorable === 0) throw new ReaderProblem('no-copy-yet')
    return lease.restorable
  }
}

// Going back is an operator's decision. A lease that was repaired has no holder, and each later
// leadership another epoch; an old lease that was complete later had its holder.
function isChosen(lease: LeaseObject, last: LeaseObject): boolean {
  return lease.epoch > last.epoch || (lease.epoch === last.epoch && lease.holder === null)
}
