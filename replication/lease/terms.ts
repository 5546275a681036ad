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

// An epoch begins with its first transaction. Where that is removed, it began after the one before
// had its last change: what was between the two is not kept, rather than the state of the one before.
function forgotten(
  kept: readonly Kept[],
  gap: { after: number; upTo: number; from: number; since: number },
): Beginning[] {
  let { from } = gap
  let lastAt = kept.find(({ epoch }) => epoch === gap.after)?.last.at ?? from
  const found: Beginning[] = []
  for (const { epoch, first, last } of kept) {
    if (epoch <= gap.after || epoch > gap.upTo || !first) continue
    // The times are of two clocks.
    from = Math.min(gap.since, Math.max(from, first.txid === 1 ? first.at : lastAt))
    found.push({ epoch, from })
    lastAt = last.at
  }
  return found.at(-1)?.epoch === gap.upTo ? found : [...found, { epoch: gap.upTo, from: lastAt }]
}

/** The term in which the moment `at` was. */
export function termAt(all: readonly Term[], at: number): Term | undefined {
  return all.find(({ until }) => until === null || at < until)
}
