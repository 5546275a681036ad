import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease } from '../lease/lease.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { withTimeout } from '../with-timeout.ts'
import { noLease } from './leadership-states.ts'
import { log, reasonOf } from './log.ts'
import { News } from './news.ts'
import type { LeadershipTiming } from './timing.ts'

// An answer takes a tenth of a second. The store asks again before it gives up, so that a bucket can have
// been away although the answer is a good one.
const awayMs = 3_000
// Who writes now is likely to go on; a look costs a tenth of a write.
const busyMs = 10_000
// Where nobody else could take the lease either.
const transient: readonly string[] = ['bucket-unreachable', 'bucket-busy', 'bucket-garbled']

type Parts = {
  lease: Pick<Lease, 'renew' | 'isValid'>
  base: string
  timing: Pick<LeadershipTiming, 'pollMs' | 'idlePollMs'>
}

type Kept = 'renewed' | 'wanted' | 'lost' | 'unknown'

/** Renews a lease for as long as that is possible and nobody else is to have it. */
export class LeaseKeeper {
  readonly #parts: Parts
  readonly #onBack: () => void
  readonly #clock: () => number
  #keptAtMs = 0
  #problem: Error | null = null
  #renewing: Promise<Kept> | null = null
  #writtenAtMs = Number.NEGATIVE_INFINITY
  readonly #news = new News()

  /**
   * @param onBack told when the bucket answers again after it did not
   * @param clock monotonic, in milliseconds
   */
  constructor(parts: Parts, onBack: () => void, clock = () => performance.now()) {
    this.#parts = parts
    this.#onBack = onBack
    this.#clock = clock
  }

  /** When the lease was last known to be held, by `performance.now()`. */
  get keptAtMs(): number {
    return this.#keptAtMs
  }

  /** Whether the bucket has answered when it was last asked. */
  get isAnswered(): boolean {
    return this.#problem === null
  }

  /** Why the lease could not be renewed; that there is none, where nothing else is known. */
  get problem(): Error {
    return this.#problem ?? noLease(this.#parts.base)
  }

  /** Why the lease has run out; null where it is valid, or the bucket has answered since. */
  get outage(): { problem: ReplicationProblem; forMs: number } | null {
    if (this.#parts.lease.isValid || !this.#problem) return null
    const problem =
      this.#problem instanceof ReplicationProblem
        ? this.#problem
        : new ReplicationProblem('lease-lost', this.#parts.base, this.#problem.message)
    return { problem, forMs: Math.round(this.#clock() - this.#keptAtMs) }
  }

  /** Somebody writes: who waits for the lease holds people up from now on. */
  noteWrite(): void {
    this.#writtenAtMs = this.#clock()
  }

  /**
   * Renews a lease that has run out, where nobody has taken it.
   *
   * @returns whether it is held again; false where it is another's
   * @throws {Error} if the bucket doesn't tell
   */
  async again(): Promise<boolean> {
    let kept = await this.#renewOnce()
    // That can have been one that was under way: a look, or asked before the bucket was back.
    if (kept !== 'lost' && !this.#parts.lease.isValid) kept = await this.#renewOnce()
    if (kept === 'unknown') throw this.problem
    return this.#parts.lease.isValid
  }

  /** Keeps it while `work` goes on, such as a restore that takes longer than a lease is valid. */
  async during<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController()
    const keep = async () => {
      while (!done.signal.aborted) {
        await sleep(this.#pollMs, undefined, { ref: false })
        if (!done.signal.aborted) await this.#renewOnce()
      }
    }
    keep()
    return work.finally(() => done.abort())
  }

  /**
   * Keeps it until it is lost, or wanted by another. One that has run out while the bucket did not
   * answer is renewed when it does again: where that succeeds, nobody has led in between.
   *
   * @param mayHandOver whether another is to have it when it asks
   * @returns null when `ended` has aborted before
   */
  async untilOver(
    mayHandOver: () => boolean,
    ended: AbortSignal,
  ): Promise<'wanted' | 'lost' | null> {
    while (!ended.aborted) {
      await sleep(this.#pollMs, undefined, { signal: ended }).catch(() => {})
      // The store may take longer than anybody waits for it.
      const kept = await withTimeout(1_000, this.#renewOnce(), () => new Error()).catch(
        () => 'late',
      )
      if (ended.aborted) return null
      if (kept === 'lost' || this.#isRefused) return 'lost'
      if (kept === 'wanted' && this.#parts.lease.isValid && mayHandOver()) return 'wanted'
    }
    return null
  }

  get #pollMs(): number {
    const { pollMs, idlePollMs } = this.#parts.timing
    return this.#clock() - this.#writtenAtMs < busyMs ? pollMs : idlePollMs
  }

  get #isRefused(): boolean {
    if (this.#parts.lease.isValid || !this.#problem) return false
    return !(this.#problem instanceof ReplicationProblem && transient.includes(this.#problem.code))
  }

  #renewOnce(): Promise<Kept> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #renew(): Promise<Kept> {
    const startMs = this.#clock()
    try {
      const kept = await this.#parts.lease.renew()
      const tookMs = this.#clock() - startMs
      if (this.#problem || tookMs > awayMs) this.#onBack()
      this.#problem = null
      this.#news.end()
      if (kept !== 'lost') this.#keptAtMs = startMs
      return kept
    } catch (error) {
      this.#problem = error instanceof Error ? error : new Error(String(error))
      const said = reasonOf(error)
      if (this.#news.isNew(said)) log('WARNING', `The lease could not be renewed: ${said}`)
      return 'unknown'
    }
  }
}
