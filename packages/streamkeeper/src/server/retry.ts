import { setTimeout } from 'node:timers/promises'

// What fails is tried again soon after it could succeed: others wait for it.
const mostMs = 2_000

/**
 * Runs `step` until it succeeds, with growing pauses, as long as it fails with a `Passing` error.
 *
 * @param onFailure told of each failure
 * @throws whatever else `step` throws, or the signal's reason
 */
export async function retry<T, Passing extends Error>(
  step: () => Promise<T>,
  passing: abstract new (...args: never[]) => Passing,
  {
    signal,
    pause = (ms) => setTimeout(ms, undefined, { signal }),
    onFailure,
  }: {
    signal: AbortSignal
    pause?: (ms: number) => Promise<void>
    onFailure: (error: Passing) => void
  },
): Promise<T> {
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, mostMs)) {
    signal.throwIfAborted()
    try {
      return await step()
    } catch (error) {
      if (!(error instanceof passing)) throw error
      onFailure(error)
      await pause(pauseMs)
    }
  }
}
