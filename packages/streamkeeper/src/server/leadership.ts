import type { Replication } from '../litestream/replication.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { withTimeout } from '../with-timeout.ts'
import { Admission, type Job } from './admission.ts'
import type { Beginning } from './begin-epoch.ts'
import { type LeadershipParts, noLease } from './leadership-states.ts'
import { Transitions } from './leadership-transitions.ts'
import { LeaseKeeper } from './lease-keeper.ts'

// What the drain leaves of the time that the process has.
const endMs = 4_500

/** Takes the lease when this instance has to write, keeps it, and gives it back. */
export class Leadership {
  readonly #parts: LeadershipParts
  readonly #keeper: LeaseKeeper
  readonly #transitions: Transitions
  readonly #admission = new Admission()
  #isEnding = false

  constructor(parts: LeadershipParts) {
    this.#parts = parts
    this.#keeper = new LeaseKeeper(parts, () => this.replication?.revive())
    this.#transitions = new Transitions(
      parts,
      this.#keeper,
      (term) => this.#admission.beginJobs(term),
      () => this.#isEnding,
    )
  }

  get isLeading(): boolean {
    return this.#transitions.state.name === 'leading' && this.#parts.lease.isValid
  }

  /** Up to where all is in the bucket, as EPOCH-TXID; null where nothing was made durable yet. */
  get position(): string | null {
    return this.#transitions.term?.position ?? null
  }

  /** How the epoch that is led began; null unless this instance leads, or is just handing over. */
  get beginning(): Beginning | null {
    return this.#transitions.term?.beginning ?? null
  }

  /** null unless this instance leads, or is just handing over. */
  get replication(): Replication | null {
    return this.#transitions.term?.replication ?? null
  }

  /**
   * Resolves once this instance leads. All who wait share one attempt, which goes on when they have
   * given up; for a moment after one that has failed, all are told why.
   *
   * @throws {ReplicationProblem} if it can't lead now
   */
  async lead(): Promise<void> {
    for (;;) {
      const { state } = this.#transitions
      switch (state.name) {
        case 'following':
          if (this.#isEnding) throw noLease(this.#parts.base)
          if (state.refusal && performance.now() < state.refusal.untilMs) throw state.refusal.error
          this.#transitions.acquire(state)
          break
        case 'acquiring':
          return state.done
        case 'leading':
          if (this.#parts.lease.isValid) return
          // It has run out, as the bucket did not answer or the process has just woken up.
          if (!(await this.#keeper.again()))
            this.#transitions.abandon(state, noLease(this.#parts.base))
          break
        case 'stepping-down':
          // It can take as long as the bucket is away, and who asks is to hear why.
          await withTimeout(4_000, state.done, () => this.#keeper.problem)
          break
        case 'ended':
          throw noLease(this.#parts.base)
      }
    }
  }

  /** Brings the copy up to date, in the background, if it is old for what that costs. */
  refreshInBackground(): void {
    const { state } = this.#transitions
    if ('term' in state) this.#parts.database.confirm(this.#keeper.keptAtMs)
    if (state.name === 'following') state.refresh.begin()
  }

  /**
   * Serves a request that may write. What it writes can be made durable by this leadership alone; the
   * lease is kept until `done` has settled, if that doesn't take too long.
   */
  admit(done: Promise<unknown>, serve: () => void): void {
    this.#keeper.noteWrite()
    this.#admission.admit(this.#transitions.term, done, serve)
  }

  /**
   * Has a job done while this instance leads: it begins with each leadership, or at once if this instance
   * leads now, and may write and wait for {@link durable} as a request that was let in. A handover waits
   * for it as for a request.
   *
   * @returns what ends the job, and has it not begun any more
   */
  whileLeading(job: Job): () => void {
    const { state } = this.#transitions
    return this.#admission.addJob(job, state.name === 'leading' ? state.term : null)
  }

  /**
   * Resolves once all that was committed before the call is what every later leader has.
   *
   * @throws {ReplicationProblem} if that can't be promised; always outside of a request that this
   *   leadership has admitted, as what another one wrote may have gone with that
   */
  async durable(): Promise<void> {
    const { term } = this.#admission
    if (!term || term !== this.#transitions.term) throw noLease(this.#parts.base)
    await withTimeout(10_000, term.restorable, () => {
      const { health } = term.replication
      if (health.status === 'degraded') return health.problem
      if (!this.#keeper.isAnswered) return this.#keeper.problem
      return new ReplicationProblem('first-copy', this.#parts.base, 'after 10 s')
    })
    await term.replication.durable()
    term.position = `${term.epoch}-${term.replication.durableTxid}`
  }

  /** Gives the lease back, if this instance has it, with all that was written in the bucket. */
  async end(): Promise<void> {
    this.#isEnding = true
    // It may wait for the bucket, for longer than this process has.
    await withTimeout(endMs, this.#ending(), () => noLease(this.#parts.base)).catch(() => {})
  }

  async #ending(): Promise<void> {
    for (;;) {
      const { state } = this.#transitions
      switch (state.name) {
        case 'following':
          return this.#transitions.end(state)
        case 'acquiring':
          await state.done.catch(() => {})
          break
        case 'leading':
          this.#transitions.handOver(state, 'the process stops')
          break
        case 'stepping-down':
          await state.done
          break
        case 'ended':
          return
      }
    }
  }
}
