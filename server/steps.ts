import { ReplicationProblem } from '../replication/problem.ts'
import { type Lifecycle, problemOf } from './lifecycle.ts'
import { log } from './log.ts'
import { retry } from './retry.ts'

/** The steps of the start: each is named in the probes' answers and logged with its time. */
export class Steps {
  readonly #lifecycle: Lifecycle
  readonly #stop: AbortSignal

  constructor(lifecycle: Lifecycle, stop: AbortSignal) {
    this.#lifecycle = lifecycle
    this.#stop = stop
  }

  /** Runs a step whose failure ends the start. */
  async once<T>(step: string, run: () => T | Promise<T>): Promise<T> {
    this.#stop.throwIfAborted()
    this.#lifecycle.enter({ name: 'starting', step, problem: null })
    const start = performance.now()
    const result = await run()
    log('INFO', `Start: ${step} done.`, { step, ms: Math.round(performance.now() - start) })
    return result
  }

  /** Runs a step again for as long as the bucket is the problem: starting without it loses data. */
  async untilDone<T>(step: string, run: () => Promise<T>): Promise<T> {
    return this.once(step, () =>
      retry(run, ReplicationProblem, {
        signal: this.#stop,
        onFailure: (error, pauseMs) => this.#report(step, error, pauseMs),
      }),
    )
  }

  #report(step: string, error: ReplicationProblem, pauseMs: number): void {
    this.#lifecycle.enter({ name: 'starting', step, problem: problemOf(error) })
    log('ERROR', error.message, { step, code: error.code, retryInMs: pauseMs })
  }
}
