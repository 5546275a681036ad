import { EventEmitter, once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { Replication } from '../replication/replication.ts'

/** Why the process isn't where it wants to be, in words for people who don't run it. */
export type Problem = { code: string; message: string }

type HasHealth = Pick<Replication, 'health'>

export type State =
  | { name: 'starting'; step: string; problem: Problem | null }
  | { name: 'leading'; epoch: number; replication: HasHealth; pages: RequestListener }
  | { name: 'stopping'; pages: RequestListener }

/** The one place that knows, and changes, what the process is doing. */
export class Lifecycle {
  #state: State = { name: 'starting', step: 'start', problem: null }
  readonly #changes = new EventEmitter<{ change: [] }>()

  get state(): State {
    return this.#state
  }

  enter(state: State): void {
    this.#state = state
    this.#changes.emit('change')
  }

  /**
   * Waits while the process is starting and nothing is wrong.
   *
   * @returns the state then, or after `timeoutMs`
   */
  async settled(timeoutMs: number): Promise<State> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      while (this.#state.name === 'starting' && !this.#state.problem) {
        await once(this.#changes, 'change', { signal })
      }
    } catch {
      // The time is up; the caller is told what there is.
    }
    return this.#state
  }
}
