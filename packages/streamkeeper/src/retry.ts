/**
 * Runs `step` until it succeeds.
 *
 * @param again is told of each failure, and how many there were: waits before the next attempt, or throws
 *   where there is to be none
 */
export async function retry<T>(
  step: () => Promise<T>,
  again: (error: unknown, failures: number) => Promise<unknown>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await step()
    } catch (error) {
      await again(error, failures)
    }
  }
}

/** A pause that doubles with each failure, up to `mostMs`. */
export function pauseAfter(failures: number, firstMs: number, mostMs: number): number {
  return Math.min(firstMs * 2 ** (failures - 1), mostMs)
}
