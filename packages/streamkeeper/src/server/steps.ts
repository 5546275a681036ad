import { setTimeout as sleep } from 'node:timers/promises'
import { pauseAfter, retry } from '../retry.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import type { Store } from '../stores/store.ts'
import { type Lifecycle, problemOf } from './lifecycle.ts'
import { log } from './log.ts'
import { News } from './news.ts'

const goesOn = 'This server goes on trying.'
// What fails is tried again soon after it could succeed: others wait for it.
const mostMs = 2_000

/**
 * @throws {ReplicationProblem} `no-conditional-writes`, where the bucket can not keep a lease; whatever else
 *   keeps it from being tried is told by the first write, and by reads before
 */
export async function refuseUnfit(store: Pick<Store, 'proveConditions'>): Promise<void> {
  await store.proveConditions().catch((error: unknown) => {
    if (error instanceof ReplicationProblem && error.code === 'no-conditional-writes') throw error
  })
}

/** The steps of the start: each is named in the probes' answers and logged with its time. */
export class Steps {
  readonly #lifecycle: Lifecycle
  readonly #stop: AbortSignal
  readonly #pause: (ms: number) => Promise<unknown>

  /** @param pause waits before a step is tried again; real time unless given */
  constructor(
    lifecycle: Lifecycle,
    stop: AbortSignal,
    pause: (ms: number) => Promise<unknown> = (ms) => sleep(ms, undefined, { signal: stop }),
  ) {
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
    const attempt = async () => {
      this.#stop.throwIfAborted()
      return run()
    }
    return this.once(step, () =>
      retry(attempt, async (error, failures) => {
        if (!(error instanceof ReplicationProblem)) throw error
        const { code, message } = problemOf(error)
        const problem = { code, message: `${message} ${goesOn}` }
        this.#lifecycle.enter({ name: 'starting', step, problem })
        if (news.isNew(code)) log('ERROR', `${error.message} ${goesOn}`, { step, code })
        await this.#pause(pauseAfter(failures, 500, mostMs))
      }),
    )
  }
}
