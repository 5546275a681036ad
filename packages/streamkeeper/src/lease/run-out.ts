// chrony, which sets the clocks of most Linux machines, lets one run a twelfth too fast or too slow at
// most (maxslewrate, https://chrony-project.org/doc/4.6.1/chrony.conf.html). Of two that are off in
// opposite directions, the slow one needs 13/11 of what the fast one takes for a time: less than this.
const slowest = 1.2

/** What whoever waits for a lease knows of it; all in milliseconds. */
type Wait = {
  /** How long its holder counts on it, from before it sent its last renewal, by its own clock. */
  ttlMs: number
  /** Since that renewal, by the store's clock. */
  ageMs: number
  /** How far off that can be: the store's times may be cut off, and of two machines. */
  storeClockMs: number
  /** Since it was first seen as it is now, by the own clock of whoever waits. */
  unchangedMs: number
}

/**
 * Whether a lease's holder, whatever its clock does, knows by now that its lease has run out. Either
 * clock is enough: that of the store knows of the time before anybody waited, and one's own is exact.
 */
export function hasRunOut({ ttlMs, ageMs, storeClockMs, unchangedMs }: Wait): boolean {
  return Math.max(ageMs - storeClockMs, unchangedMs) > ttlMs * slowest
}
