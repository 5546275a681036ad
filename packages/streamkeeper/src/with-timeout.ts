import { setTimeout } from 'node:timers/promises'

/**
 * Waits for `work`, but no longer than `ms` milliseconds; the work itself goes on.
 *
 * @throws what `late` makes when the time is up
 */
export async function withTimeout<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const over = new AbortController()
  // A losing promise may fail later, when nobody looks any more.
  work.catch(() => {})
  try {
    return await Promise.race([
      work,
      setTimeout(Math.max(0, ms), undefined, { signal: over.signal }).then(() => {
        throw late()
      }),
    ])
  } finally {
    over.abort()
  }
}
