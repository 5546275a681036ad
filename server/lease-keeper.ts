import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease } from '../replication/lease/lease.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import { within } from '../replication/within.ts'
import { log, reasonOf } from './log.ts'
import { News } from './news.ts'

// An answer takes a tenth of a second. The store asks again before it gives up, so that a bucket can have
// been away although the answer is a good one.
const awayMs = 3_000

type Kept = 'kept' | 'wanted' | 'lost' | 'unknown'

/** Renews a lease for as long as that is possible and nobody else is to have it. */
export class LeaseKeeper {
  readonly #lease: Pick<Lease, 'keep' | 'isValid'>
  readonly #base: string
  readonly #pollMs: number
  readonly #onBack: () => void
  readonly #clock: () => number
  #keptAtMs = 0
  #problem: Error | null = null
  readonly #news = new News()

  /**
   * @param pollMs how often it looks at the lease
   * @param onBack told when the bucket answers again after it did not
   * @param clock monotonic, in milliseconds
   */
  constructor(
    lease: Pick<Lease, 'keep' | 'isValid'>,
    base: string,
    pollMs: number,
    onBack: () => void,
    clock = () => performance.now(),
  ) {
    this.#lease = lease
    this.#base = base
    this.#pollMs = pollMs
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
    return this.#problem ?? new ReplicationProblem('lease-lost', this.#base, 'no lease')
  }

  /** Keeps it while `work` goes on, such as a restore that takes longer than a lease is valid. */
  async during<T>(work: Promise<T>): Promise<T> {
    const done = new AbortController()
    const keep = async () => {
      while (!done.signal.aborted) {
        await sleep(this.#pollMs, undefined, { ref: false })
        if (!done.signal.aborted) await this.#renew()
      }
    }
    keep()
    return work.finally(() => done.abort())
  }

  /**
   * Keeps it until it is lost, or wanted by another.
   *
   * @param isMine whether nobody else is to have it yet
   * @returns null when `ended` has aborted before
   */
  async untilOver(isMine: () => boolean, ended: AbortSignal): Promise<'wanted' | 'lost' | null> {
    let renewing: Promise<Kept> | null = null
    while (!ended.aborted) {
      await sleep(this.#pollMs, undefined, { signal: ended }).catch(() => {})
      renewing ??= this.#renew()
      // The store may take longer than the lease is valid.
      const kept = await within(1_000, renewing, () => new Error()).catch(() => 'late' as const)
      if (ended.aborted) return null
      if (kept !== 'late') renewing = null
      if (kept === 'lost' || !this.#lease.isValid) return 'lost'
      if (kept === 'wanted' && !isMine()) return 'wanted'
    }
    return null
  }

  async #renew(): Promise<Kept> {
    const startMs = this.#clock()
    try {
      const kept = await this.#lease.keep()
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
