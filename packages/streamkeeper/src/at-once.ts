/**
 * Does `work` for each of `all`, so many at once. None begins any more once one has failed.
 *
 * @throws what one has failed with, when those under way have ended
 */
export async function atOnce<T>(
  most: number,
  all: readonly T[],
  work: (one: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...all].values()
  let hasFailed = false
  const workers = Array.from({ length: most }, async () => {
    for (const one of waiting) {
      if (hasFailed) return
      await work(one).catch((error) => {
        hasFailed = true
        throw error
      })
    }
  })
  await Promise.allSettled(workers)
  await Promise.all(workers)
}
