import { setTimeout } from 'node:timers/promises'
import { sqlStateOf } from './problem.ts'

// serialization_failure, which CockroachDB and YugabyteDB answer to one of two who write at once, and
// deadlock_detected. Nothing of the transaction was done.
const conflicts = ['40001', '40P01']
const attempts = 10

/**
 * Runs a transaction again for as long as the database asks for that, ten times at most, with pauses
 * that grow and differ, so that those who met don't meet again.
 *
 * @param pause for so many milliseconds
 * @throws whatever else `run` throws, and what it throws at last
 */
export async function retryConflicts<Result>(
  run: () => Promise<Result>,
  pause: (ms: number) => Promise<unknown> = setTimeout,
  random: () => number = Math.random,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === attempts || !conflicts.includes(sqlStateOf(error) ?? '')) throw error
      await pause(random() * Math.min(500, 5 * 2 ** attempt))
    }
  }
}
