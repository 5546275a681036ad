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

/**
 * Which epochs were the restorable one, as far as the lease goes back, oldest first.
 *
 * @param earliest the earliest epoch that is still there: a lease of an earlier release doesn't say
 *   which one came before those that it knows
 */
export function terms({ obsolete, restorable }: LeaseObject, earliest: number): Term[] {
  let from: number | null = null
  let epoch = earliest
  const past: Term[] = []
  for (const { upTo, since, was } of obsolete) {
    past.push({ epoch: was ?? epoch, from, until: since })
    from = since
    epoch = upTo + 1
  }
  return [...past, { epoch: restorable, from, until: null }]
}

/** The term in which the moment `at` was. */
export function termAt(all: readonly Term[], at: number): Term | undefined {
  return all.find(({ until }) => until === null || at < until)
}
