import type { Reached } from './lease.ts'
import type { LeaseObject } from './lease-object.ts'

/**
 * The same state as one of the restorable epoch, where each epoch since continued the one before at
 * or after it; else null.
 */
export function inRestorable(
  { restorable, obsolete }: Pick<LeaseObject, 'restorable' | 'obsolete'>,
  { epoch, txid }: Reached,
): Reached | null {
  for (let continued = restorable; continued !== epoch; ) {
    // The last of them: an operator may have chosen an older epoch meanwhile.
    const begun = obsolete.findLast(({ upTo }) => upTo + 1 === continued)
    if (!begun?.continued || begun.was === undefined || begun.was >= continued) return null
    if (begun.txid === undefined || begun.txid < txid) return null
    continued = begun.was
  }
  return { epoch: restorable, txid }
}
