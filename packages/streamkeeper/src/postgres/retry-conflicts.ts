import { setTimeout } from 'node:timers/promises'
import { retry } from '../retry.ts'
import { sqlStateOf } from './problem.ts'

// serialization_failure, which CockroachDB and YugabyteDB answer to one of two who write at once, and
// deadlock_detected. Nothing of the transaction was done.
export const conflicts = ['40001', '40P01']

/** How often, on which answers of the server, and after which pause something is tried again. */
export type Patience = {
  attempts: number
  /** SQLSTATE codes. */
  states: readonly string[]
  pauseMs(failures: number): number
}

// With pauses that grow and differ, so that those who met don't meet again.
export const ofTransactions: Patience = {
  attempts: 10,
  states: conflicts,
  pauseMs: (failures) => Math.random() * Math.min(500, 5 * 2 ** failures),
}

/**
 * Runs a transaction again for as long as the server asks for that.
 *
 * @param pause for so many milliseconds
 * @throws whatever else `run` throws, and what it throws at last
 */
export async function retryConflicts<Result>(
  run: () => Promise<Result>,
  { attempts, states, pauseMs } = ofTransactions,
  pause: (ms: number) => Promise<unknown> = setTimeout,
): Promise<Result> {
  return retry(run, async (error, failures) => {
    if (failures === attempts || !isAny(states, error)) throw error
    await pause(pauseMs(failures))
  })
}

/** Whether an error, or what has caused it, is one of these answers of the server. */
export function isAny(states: readonly string[], error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null
  return [error, cause].some((one) => states.includes(sqlStateOf(one) ?? ''))
}
