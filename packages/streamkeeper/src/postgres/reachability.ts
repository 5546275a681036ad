import { sql } from 'drizzle-orm'
import { reasonOf } from '../server/log.ts'
import { withTimeout } from '../with-timeout.ts'
import type { Database } from './open.ts'
import { PostgresProblem, plainError } from './problem.ts'

// Whoever asks meanwhile waits.
const lookMs = 3_000

/**
 * Whether the database can be asked. It is taken to be there until something shows that it may not be;
 * then it is asked before anybody is let in, so that people are told instead of shown a failure.
 */
export class Reachability {
  readonly #database: Pick<Database, 'execute' | '$client'>
  readonly #onChange: (problem: PostgresProblem | null) => void
  #problem: PostgresProblem | null = null
  #doubted = false
  #looking: Promise<PostgresProblem | null> | null = null

  /** @param onChange told when it goes away, and when it is back */
  constructor(
    database: Pick<Database, 'execute' | '$client'>,
    onChange: (problem: PostgresProblem | null) => void,
  ) {
    this.#database = database
    this.#onChange = onChange
    // The server has cut a connection that nobody used: often all of them.
    database.$client.on('error', () => this.doubt())
  }

  get isAway(): boolean {
    return this.#problem !== null
  }

  doubt(): void {
    this.#doubted = true
  }

  /** Why it can't be asked now; null if it can. Where that isn't known, it is looked at. */
  async problem(): Promise<PostgresProblem | null> {
    return this.#problem ?? this.#resolveDoubt()
  }

  /** Looks again and again while there is doubt, so that its return is noticed when nobody asks. */
  watch(signal: AbortSignal, everyMs = 1_000): void {
    const timer = setInterval(() => this.#resolveDoubt(), everyMs)
    signal.addEventListener('abort', () => clearInterval(timer))
  }

  // All who ask at once wait for the same answer.
  async #resolveDoubt(): Promise<PostgresProblem | null> {
    if (!this.#doubted && !this.#looking) return null
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #look(): Promise<PostgresProblem | null> {
    // Whoever doubts while it is looked at wants another look.
    this.#doubted = false
    const problem = await this.#ask()
    if (problem) this.#doubted = true
    const before = this.#problem
    this.#problem = problem
    if (before?.code !== problem?.code) this.#onChange(problem)
    return problem
  }

  async #ask(): Promise<PostgresProblem | null> {
    try {
      // All connections may wait for a server that says nothing.
      const looking = this.#database.execute(sql`select 1`)
      await withTimeout(lookMs, looking, () => new Error('timeout: it does not answer'))
      return null
    } catch (error) {
      const plain = plainError(error)
      if (plain instanceof PostgresProblem) return plain
      return new PostgresProblem('database-unreachable', new Error(reasonOf(plain)))
    }
  }
}
