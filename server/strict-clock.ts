/**
 * A clock that is monotonic and never late, in milliseconds: it also advances when only the wall
 * clock has. Linux's monotonic clock stands still while a virtual machine is suspended, and a leader
 * that wakes up must know that its lease has run out.
 */
export function strictClock(
  monotonic: () => number = () => performance.now(),
  wall: () => number = Date.now,
): () => number {
  let last = { monotonic: monotonic(), wall: wall() }
  let now = 0
  return () => {
    const next = { monotonic: monotonic(), wall: wall() }
    now += Math.max(next.monotonic - last.monotonic, next.wall - last.wall, 0)
    last = next
    return now
  }
}
