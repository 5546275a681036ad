import { Unanswered } from './bucket-problem.ts'

export type Pause = (ms: number) => Promise<unknown>

/** How long a call goes on trying: until its deadline, with a longer pause after each failure. */
export class Patience {
  readonly #endsAt: number
  readonly #pause: Pause
  #nextMs = 100

  constructor(totalMs: number, pause: Pause) {
    this.#endsAt = performance.now() + totalMs
    this.#pause = pause
  }

  /** In whole milliseconds, 0 once the deadline has passed. */
  get leftMs(): number {
    return Math.max(0, Math.ceil(this.#endsAt - performance.now()))
  }

  /**
   * Waits before another attempt of what nobody has answered.
   *
   * @throws what the last one failed with, if that was an answer or the deadline leaves no time for another
   */
  readonly again = async (problem: unknown): Promise<void> => {
    if (!(problem instanceof Unanswered)) throw problem
    // So that those who failed together don't try again together.
    const ms = this.#nextMs * (0.5 + Math.random() / 2)
    if (ms >= this.leftMs) throw problem
    this.#nextMs = Math.min(2 * this.#nextMs, 2_000)
    await this.#pause(ms)
  }
}
