/**
 * Waits for `work`, but no longer than `ms` milliseconds; the work itself goes on.
 *
 * @throws what `late` makes when the time is up
 */
export async function withTimeout<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late()), Math.max(0, ms))
  // A losing promise may fail later, when nobody looks any more.
  work.catch(() => {})
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
