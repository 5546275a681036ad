import { ReplicationProblem } from '../litestream/problem.ts'
import { type Lifecycle, problemOf } from './lifecycle.ts'
import { log } from './log.ts'
import { News } from './news.ts'
import { retry } from './retry.ts'

const goesOn = 'This server goes on trying.'

/** The steps of the start: each is named in the probes' answers and logged with its time. */
export class Steps {
  readonly #lifecycle: Lifecycle
  readonly #stop: AbortSignal
  readonly #pause: ((ms: number) => Promise<void>) | undefined

  /** @param pause waits before a step is tried again; real time unless given */
  constructor(lifecycle: Lifecycle, stop: AbortSignal, pause?: (ms: number) => Promise<void>) {
    this.#lifecycle = lifecycle
    this.#stop = stop
    this.#pause = pause
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
    const news = new News()
    return this.once(step, () =>
      retry(run, ReplicationProblem, {
        signal: this.#stop,
        ...(this.#pause && { pause: this.#pause }),
        onFailure: (error) => {
          const { code, message } = problemOf(error)
          const problem = { code, message: `${message} ${goesOn}` }
          this.#lifecycle.enter({ name: 'starting', step, problem })
          if (news.isNew(code)) log('ERROR', `${error.message} ${goesOn}`, { step, code })
        },
      }),
    )
  }
}
