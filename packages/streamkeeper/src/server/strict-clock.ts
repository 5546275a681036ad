// A wall clock is told in whole milliseconds and slewed by half a millisecond a second; one that is set
// back is set back by more.
const setBackMs = 1_000

/**
 * A clock that is monotonic and never late, in milliseconds: it also advances when only the wall
 * clock has. Linux's monotonic clock stands still while a virtual machine is suspended, and a leader
 * that wakes up must know that its lease has run out.
 */
export function strictClock(
  monotonic: () => number = () => performance.now(),
  wall: () => number = Date.now,
): () => number {
  const start = monotonic()
  let ahead = wall() - start
  let suspendedMs = 0
  return () => {
    const now = monotonic()
    const nowAhead = wall() - now
    // Compared with the most that the wall clock was ahead, and not with the last call, or the rounding
    // of each call would add up.
    if (nowAhead > ahead) suspendedMs += nowAhead - ahead
    if (nowAhead > ahead || nowAhead < ahead - setBackMs) ahead = nowAhead
    return now - start + suspendedMs
  }
}
