import { AsyncLocalStorage } from 'node:async_hooks'
import type { Term } from './leadership-states.ts'
import { log, reasonOf } from './log.ts'

/** Work in the background that only the leader does; `signal` aborts when it leads no more. */
export type Job = (signal: AbortSignal) => Promise<void> | void

/** What may write: requests, and the jobs of the leader. Each belongs to the leadership that let it in. */
export class Admission {
  readonly #admitted = new AsyncLocalStorage<Term | null>()
  readonly #jobs = new Set<LeaderJob>()

  /** The leadership that has let in what runs now; null where none has. */
  get term(): Term | null {
    return this.#admitted.getStore() ?? null
  }

  /** Serves a request; a handover waits for `done`. */
  admit(term: Term | null, done: Promise<unknown>, serve: () => void): void {
    term?.writers.add(done)
    const forget = () => term?.writers.delete(done)
    done.then(forget, forget)
    this.#admitted.run(term, serve)
  }

  /**
   * Adds a job, and begins it at once in the leadership that there is.
   *
   * @returns what ends the job, and has it not begun any more
   */
  addJob(work: Job, term: Term | null): () => void {
    const job = new LeaderJob(work)
    this.#jobs.add(job)
    if (term) this.#begin(job, term)
    return () => {
      this.#jobs.delete(job)
      job.remove()
    }
  }

  /** Begins all jobs in a new leadership. */
  beginJobs(term: Term): void {
    for (const job of this.#jobs) this.#begin(job, term)
  }

  #begin(job: LeaderJob, term: Term): void {
    const { promise: done, resolve } = Promise.withResolvers<void>()
    this.admit(term, done, () => resolve(job.run(term.ended.signal)))
  }
}

/** A job, and its runs: one in each leadership, and never two at a time. */
export class LeaderJob {
  readonly #work: Job
  readonly #removed = new AbortController()
  #last: Promise<void> = Promise.resolve()

  constructor(work: Job) {
    this.#work = work
  }

  /** Runs it once the run of the leadership before is over; what it throws is logged. */
  run(ended: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([ended, this.#removed.signal])
    this.#last = this.#last.then(() => this.#run(signal))
    return this.#last
  }

  remove(): void {
    this.#removed.abort()
  }

  async #run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    try {
      await this.#work(signal)
    } catch (error) {
      // It was told to end, and has.
      if (signal.aborted && error instanceof Error && error.name === 'AbortError') return
      log('ERROR', `A job of the leader failed, and the next leader begins it: ${reasonOf(error)}`)
    }
  }
}
