import type { LeaseObject } from './lease-object.ts'

/** How long an epoch was the one that is restored; times in milliseconds since 1970. */
export type Term = {
  /** 0 for a replica without epochs, or none. */
  epoch: number
  /** null where the lease doesn't go back that far. */
  from: number | null
  /** null while it is. */
  until: number | null
}

/** What the bucket has of an epoch: its oldest state that can be restored, and its newest. */
export type Kept = {
  epoch: number
  first: { txid: number | null; at: number } | null
  last: { at: number }
}

type Beginning = Pick<Term, 'epoch' | 'from'>

/**
 * Which epochs were the restorable one, as far as the lease and the bucket tell, oldest first.
 *
 * @param kept all that is in the bucket, oldest first: a lease of an earlier release doesn't say which
 *   epoch came first, and a lease that has changed hands often has forgotten some in between
 */
export function terms({ obsolete, restorable }: LeaseObject, kept: readonly Kept[]): Term[] {
  const first = obsolete[0] ? (obsolete[0].was ?? kept[0]?.epoch ?? 0) : restorable
  const later = obsolete.flatMap(({ upTo, since: from }, index): Beginning[] => {
    const next = obsolete[index + 1]
    if (!next) return [{ epoch: restorable, from }]
    const { was = upTo + 1, since } = next
    if (was <= upTo + 1) return [{ epoch: was, from }]
    return [
      { epoch: upTo + 1, from },
      ...forgotten(kept, { after: upTo + 1, upTo: was, from, since }),
    ]
  })
  const beginnings = [{ epoch: first, from: null }, ...later]
  return beginnings.map((begun, index) => ({ ...begun, until: later[index]?.from ?? null }))
}

// An uploaded epoch begins with its first transaction. Where that is removed, or is one of the epoch
// before, which it continued, it began after that one had its last change: what was between the two is
// not kept, rather than the state of the one before.
function forgotten(
  kept: readonly Kept[],
  gap: { after: number; upTo: number; from: number; since: number },
): Beginning[] {
  let { from } = gap
  let before = kept.find(({ epoch }) => epoch === gap.after)
  const found: Beginning[] = []
  for (const one of kept) {
    const { epoch, first } = one
    if (epoch <= gap.after || epoch > gap.upTo || !first) continue
    const isUploaded = first.txid === 1 && first.at > (before?.first?.at ?? from)
    const begun = isUploaded ? first.at : (before?.last.at ?? from)
    // The times are of two clocks.
    from = Math.min(gap.since, Math.max(from, begun))
    found.push({ epoch, from })
    before = one
  }
  if (found.at(-1)?.epoch === gap.upTo) return found
  return [...found, { epoch: gap.upTo, from: before?.last.at ?? from }]
}

/** The term in which the moment `at` was. */
export function termAt(all: readonly Term[], at: number): Term | undefined {
  return all.find(({ until }) => until === null || at < until)
}
