import { Barred } from '../lease/barred.ts'
import type { Replication } from '../litestream/replication.ts'
import { NewerSchema } from '../sqlite/migrate.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { withTimeout } from '../with-timeout.ts'

/** Why the process isn't where it wants to be, in words for people who don't run it. */
export type Problem = { code: string; message: string }

/** What people and programs may know of an error; the log has all of it. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ReplicationProblem) return { code: error.code, message: error.summary }
  if (error instanceof NewerSchema || error instanceof Barred)
    return { code: error.code, message: error.message }
  return { code: 'failed', message: 'This server can not write now. Its log says why.' }
}

export type State =
  | { name: 'starting'; step: string; problem: Problem | null }
  /** Ready; the problem is why it could not lead when it last had to. */
  | { name: 'following'; problem: Problem | null }
  | { name: 'acquiring'; step: string }
  | { name: 'leading'; epoch: number; replication: Pick<Replication, 'health'> }
  | { name: 'stepping-down'; epoch: number }
  /** Ready, with the data on a server that needs no leader; the problem is why it can't be asked. */
  | { name: 'serving'; problem: Problem | null }
  | { name: 'stopped' }

/** The one place that knows, and changes, what the process is doing. */
export class Lifecycle {
  #state: State = { name: 'starting', step: 'start', problem: null }
  #sinceMs = performance.now()
  #draining = false
  #change = Promise.withResolvers<void>()
  readonly #bar: () => Problem | null

  /** @param bar why this instance may not lead, whatever it does; null where it may */
  constructor(bar: () => Problem | null = () => null) {
    this.#bar = bar
  }

  get bar(): Problem | null {
    return this.#bar()
  }

  /** What is wrong; null where all is well. */
  get problem(): Problem | null {
    const own = 'problem' in this.#state ? this.#state.problem : null
    return own ?? (this.#state.name === 'following' ? this.bar : null)
  }

  get state(): State {
    return this.#state
  }

  /** When it was entered, by `performance.now()`. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  /** Whether the process is to stop, and takes no new work. */
  get draining(): boolean {
    return this.#draining
  }

  enter(state: State): void {
    this.#state = state
    this.#sinceMs = performance.now()
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  drain(): void {
    this.#draining = true
  }

  /**
   * Waits while the process is starting and nothing is wrong.
   *
   * @returns the state then, or after `timeoutMs`
   */
  async settled(timeoutMs: number): Promise<State> {
    if (!this.#isUnsettled) return this.#state
    const late = () => new Error('The time is up: the caller is told what there is.')
    await withTimeout(timeoutMs, this.#settling(), late).catch(() => {})
    return this.#state
  }

  get #isUnsettled(): boolean {
    return this.#state.name === 'starting' && !this.#state.problem
  }

  async #settling(): Promise<void> {
    while (this.#isUnsettled) await this.#change.promise
  }
}
