import type { ReplicationProblem } from '../stores/problem.ts'

/** Whether what is written reaches the bucket. */
export type Health =
  | { status: 'healthy' }
  | { status: 'degraded'; failingForMs: number; problem: ReplicationProblem }

// Fewer than the next sync takes to fail as well: an upload of what was written takes a tenth of that.
// One that only is slow is begun again after ever longer waits.
const reopenMs = 4_000

/**
 * Has Litestream begin anew with a database whose syncs fail. One upload that hangs makes every later sync
 * fail, also when the bucket is back for long. The one that a sync begins ends with it; those that
 * Litestream begins by itself have no deadline, and forgetting the database is what ends them.
 */
export class Reopening {
  readonly #reopen: () => Promise<void>
  readonly #clock: () => number
  #failure: { since: number; times: number; problem: ReplicationProblem } | null = null
  #afterMs = reopenMs
  #running: Promise<void> = Promise.resolve()
  #begunAtMs = Number.NEGATIVE_INFINITY
  /** Since when the bucket answers after it did not. */
  #answersSinceMs = Number.NEGATIVE_INFINITY
  #isStopped = false

  /**
   * @param reopen has Litestream forget the database, and begin anew
   * @param clock monotonic, in milliseconds
   */
  constructor(reopen: () => Promise<void>, clock: () => number) {
    this.#reopen = reopen
    this.#clock = clock
  }

  /** Resolves once no reopening is under way, however it ended. */
  get over(): Promise<void> {
    return this.#running
  }

  /** Degraded from the second failure in a row on. */
  get health(): Health {
    if (!this.#failure || this.#failure.times < 2) return { status: 'healthy' }
    const { since, problem } = this.#failure
    return { status: 'degraded', failingForMs: Math.round(this.#clock() - since), problem }
  }

  /** Lets failures go on for so long, as a first copy may take that. */
  waitFor(ms: number): void {
    this.#afterMs = ms
  }

  /** Notes that a sync has succeeded. */
  succeed(): void {
    this.#failure = null
    this.#afterMs = reopenMs
  }

  /** Notes that a sync which began at `startMs` has failed. */
  fail(problem: ReplicationProblem, startMs: number): void {
    const { since, times } = this.#failure ?? { since: this.#clock(), times: 0 }
    this.#failure = { since, times: times + 1, problem }
    const failingForMs = this.#clock() - since
    // Reopening has ended this sync, and a new one tells.
    if (startMs < this.#begunAtMs) return
    const hasHung = startMs < this.#answersSinceMs || failingForMs >= this.#afterMs
    if (problem.code !== 'not-registered' && !hasHung) return
    this.#afterMs = failingForMs * 2
    this.#begin(this.#reopen)
  }

  /**
   * Notes that the bucket answers again. An upload that was under way meanwhile can hang for ever, or wait
   * for half a minute before it is tried again.
   *
   * @param sync makes reopening needless where it succeeds: most outages leave nothing that hangs
   */
  revive(sync: () => Promise<void>): void {
    this.#answersSinceMs = this.#clock()
    if (this.#failure) this.#begin(() => sync().catch(this.#reopen))
  }

  stop(): void {
    this.#isStopped = true
  }

  #begin(work: () => Promise<void>): void {
    if (this.#isStopped) return
    this.#begunAtMs = this.#clock()
    this.#running = this.#running.then(work).catch(() => {})
  }
}
