import { LitestreamBusy } from '../litestream/litestream.ts'
import type { Replication } from '../litestream/replication.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { withTimeout } from '../with-timeout.ts'
import type { LeadershipParts, Recorder, Term } from './leadership-states.ts'
import type { LeaseKeeper } from './lease-keeper.ts'
import { log, reasonOf } from './log.ts'

/** How long each step of a handover may take, in milliseconds. */
type Budget = { writersMs: number; syncMs: number; closeMs: number; releaseMs: number }

/**
 * At the end of the process all steps have to fit into what the drain leaves of Cloud Run's 10 s;
 * otherwise the lease is valid for longer.
 */
const budgets: { [Occasion in 'atTheEnd' | 'asked']: Budget } = {
  atTheEnd: { writersMs: 500, syncMs: 2_500, closeMs: 500, releaseMs: 750 },
  asked: { writersMs: 1_000, syncMs: 4_000, closeMs: 1_500, releaseMs: 1_500 },
}

/**
 * How a leadership was left: the lease's generation, where it was released with all of the file in the
 * bucket, else null; and why, where that was no handover.
 */
export type Release = { generation: string | null; problem: Error | null }

/** Hands a leadership over, or abandons it, once no more writes are let in. */
export class StepDown {
  readonly #parts: LeadershipParts
  readonly #keeper: LeaseKeeper
  readonly #record: Recorder

  constructor(parts: LeadershipParts, keeper: LeaseKeeper, record: Recorder) {
    this.#parts = parts
    this.#keeper = keeper
    this.#record = record
  }

  /** Releases the lease with all that was written in the bucket. */
  async handOver(
    { writers, replication }: Term,
    why: string,
    occasion: 'atTheEnd' | 'asked',
  ): Promise<Release> {
    const { database } = this.#parts
    const { writersMs, syncMs, closeMs, releaseMs } = budgets[occasion]
    // Those that were let in before; who comes now waits for the next leader.
    const written = Promise.allSettled(writers)
    await withTimeout(writersMs, written, () => this.#late()).catch(() => {})
    await this.#record('stepped-down', `Stepped down: ${why}.`)
    database.stopWriting()
    const isComplete = await this.#stop(replication, syncMs, 'CRITICAL')
    if (isComplete) log('INFO', 'Everything is in the bucket.')
    await replication.close(closeMs).catch((error) => log('WARNING', reasonOf(error)))
    // Not when Litestream has closed the file: by then another may have led for long.
    if (isComplete) database.confirm(performance.now())
    const generation = await this.#release(releaseMs)
    return { generation: isComplete ? generation : null, problem: null }
  }

  /** Nothing was acknowledged since the lease was valid, and nobody reads what is written now. */
  async abandon({ replication }: Term, problem: Error): Promise<Release> {
    const { database, events } = this.#parts
    // Written down by the next leadership: who has lost the lease writes no more.
    events.note('stepped-down', `Stepped down: ${reasonOf(problem)}`)
    database.stopWriting()
    database.confirm(this.#keeper.keptAtMs)
    await this.#stop(replication, 1_000, 'ERROR')
    return { generation: null, problem }
  }

  /**
   * Waits until Litestream has closed the file. It waits for an upload that is under way, and that may wait
   * for the bucket, without which nobody can lead.
   *
   * @throws {LitestreamBusy} if it does not although the bucket answers
   */
  async close(replication: Replication): Promise<void> {
    for (let isBack = false; ; isBack = await this.#bucketAnswers()) {
      try {
        return await replication.close(this.#parts.timing.closeMs)
      } catch (error) {
        if (isBack || !(error instanceof LitestreamBusy)) throw error
      }
    }
  }

  /** @returns whether all is in the bucket */
  async #stop(
    replication: Replication,
    withinMs: number,
    severity: 'CRITICAL' | 'ERROR',
  ): Promise<boolean> {
    try {
      await replication.stop(withinMs)
      return true
    } catch (error) {
      log(severity, `The last writes may not be in the bucket: ${reasonOf(error)}`)
      return false
    }
  }

  async #release(withinMs: number): Promise<string | null> {
    try {
      return await withTimeout(withinMs, this.#parts.lease.release(), () => this.#late())
    } catch (error) {
      log('WARNING', `The lease has to run out, it could not be released: ${reasonOf(error)}`)
      return null
    }
  }

  async #bucketAnswers(): Promise<boolean> {
    return withTimeout(5_000, this.#parts.lease.read(), () => this.#late()).then(
      () => true,
      () => false,
    )
  }

  #late(): ReplicationProblem {
    return new ReplicationProblem('lease-lost', this.#parts.base, 'no lease')
  }
}
