import { setTimeout } from 'node:timers/promises'
import { retry } from '../retry.ts'
import { withTimeout } from '../with-timeout.ts'
import { type Kind, PostgresProblem, plainError, sqlStateOf } from './problem.ts'
import { conflicts, isAny, ofTransactions } from './retry-conflicts.ts'
import { isUnanswered, markUnanswered } from './unanswered.ts'

/**
 * What may be done where an answer fails to come: `once` is not done again, as it might be done twice;
 * `repeatable` has the same effect if it is done twice; `read` has none.
 */
export type How = 'once' | 'repeatable' | 'read'

// What passes by itself, often within a second: another server takes over.
const passing: readonly Kind[] = [
  'database-unreachable',
  'database-restarting',
  'database-read-only',
]

/**
 * Runs a transaction or a statement, again for as long as that may help, until `endsAtMs` by `performance.now()`.
 *
 * @param onProblem told of each failure that is the server's
 * @throws {PostgresProblem} if the server is the problem, and not what it was asked; `database-unclear` if a
 *   change may have been made nevertheless
 */
export async function askUntil<Result>(
  endsAtMs: number,
  call: () => Promise<Result>,
  how: How,
  onProblem: () => void = () => {},
): Promise<Result> {
  let unclear: Error | null = null
  const attempt = () => {
    const ms = endsAtMs - performance.now()
    if (ms <= 0) throw new Error('timeout: the time of this request is over')
    const late = () => markUnanswered(new Error('timeout: the answer did not come in time'))
    // A query of Drizzle's runs each time that it is waited for.
    const asked = (async () => call())()
    return withTimeout(ms, asked, late)
  }
  return retry(attempt, async (error, failures) => {
    const plain = plainError(error)
    if (plain instanceof PostgresProblem) onProblem()
    if (how !== 'read' && isUnanswered(error)) unclear = error as Error
    const pauseMs = pauseBefore(error, plain, how, failures)
    if (pauseMs === null || performance.now() + pauseMs >= endsAtMs) {
      // What the app itself has found out, it has by an answer.
      const isOfApp = !(plain instanceof PostgresProblem) && sqlStateOf(plain) === null
      throw unclear && !(isOfApp && !isUnanswered(error)) ? unclearProblem(unclear) : plain
    }
    await setTimeout(pauseMs)
  })
}

/** How long to wait before it is tried again; null if it is not. */
function pauseBefore(error: unknown, plain: unknown, how: How, failures: number): number | null {
  if (isAny(conflicts, error)) {
    return failures < ofTransactions.attempts ? ofTransactions.pauseMs(failures) : null
  }
  const passes =
    isUnanswered(error) || (plain instanceof PostgresProblem && passing.includes(plain.code))
  return how !== 'once' && passes ? Math.min(500, 25 * 2 ** failures) : null
}

function unclearProblem(error: Error): PostgresProblem {
  const cause = error.cause instanceof Error ? error.cause : error
  return new PostgresProblem('database-unclear', cause)
}
