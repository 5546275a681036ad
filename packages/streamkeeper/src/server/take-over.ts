import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, Reached, View } from '../lease/lease.ts'
import { allEnded } from '../litestream/all-ended.ts'
import { originInWords } from '../litestream/newest-copy.ts'
import { Replication } from '../litestream/replication.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl } from '../stores/replica-url.ts'
import { withTimeout } from '../with-timeout.ts'
import { beganInWords, type Copied, copyRestorable, reach, tellPosition } from './begin-epoch.ts'
import { type Begun, completeEpoch, tidyEpoch } from './keep-epoch.ts'
import { type Following, type LeadershipMeans, noLease, type Term } from './leadership-states.ts'
import { log, reasonOf } from './log.ts'
import type { LeadershipTiming } from './timing.ts'

const mostFailedCopies = 3

// A renewal takes a tenth of it.
const reassureMs = 2_000

/** Takes the lease, and begins an epoch with the newest state. */
export class TakeOver {
  readonly #means: LeadershipMeans
  readonly #isLed: (epoch: number) => boolean
  /** Settles when the copy is as new as it can be while another leads. */
  #catchingUp: Promise<unknown> = Promise.resolve()
  #failedCopies = 0

  /** @param isLed whether this instance leads that epoch, or just hands it over */
  constructor(means: LeadershipMeans, isLed: (epoch: number) => boolean) {
    this.#means = means
    this.#isLed = isLed
  }

  /**
   * Takes the lease.
   *
   * @param isEnding whether nobody needs to lead any more
   * @throws {ReplicationProblem} if another instance keeps it, or has what this one can't have
   */
  async acquire(from: Following, isEnding: () => boolean): Promise<Acquired> {
    await from.refresh.stop()
    // Otherwise its own next write, which is here already, would take it from who waits for it.
    await sleep(Math.max(0, from.yieldUntilMs - performance.now()))
    return acquireLease(this.#means, isEnding, (view) =>
      this.#prepareCopy(view, from.refusal !== null),
    )
  }

  /**
   * Begins an epoch, while the lease is kept.
   *
   * @throws {ReplicationProblem} if it can't; the lease is still held then
   */
  async begin({ before, epoch, asked }: Acquired): Promise<Term> {
    const startMs = performance.now()
    const begun = await this.#means.keeper.during(this.#begin(before, epoch))
    const said = `Leading epoch ${begun.epoch} (${beganInWords(begun.beginning)}).`
    const ms = Math.round(performance.now() - startMs)
    log('INFO', said, { epoch: begun.epoch, ms, ...begun.beginning })
    return this.#termOf(begun, asked ? this.#means.timing.minimumHoldMs : 0)
  }

  // Who leads is not disturbed by an instance that can't have the newest copy. One that has had a state of
  // the same history brings it up to date while the other finishes.
  async #prepareCopy(view: View, hasFailed: boolean): Promise<void> {
    const { database } = this.#means
    if (database.stateIn(view) && !hasFailed) {
      this.#catchingUp = database.restore(view).catch(() => {})
      return
    }
    const isFresh = database.ageMs < Math.max(15_000, 10 * database.tookMs)
    if (isFresh && !hasFailed) return
    this.#step('copy')
    await database.restore(view)
    this.#step('lease')
  }

  #termOf(begun: Begun, holdMs: number): Term {
    const { epoch, replication, beginning } = begun
    const ended = new AbortController()
    const restorable = completeEpoch(this.#means, begun, ended.signal)
    restorable.catch(() => {})
    tidyEpoch(this.#means, epoch, ended.signal)
    const ledSinceMs = performance.now()
    return {
      ...{ epoch, beginning, replication, restorable, ended },
      ...{ writers: new Set(), position: null },
      // Handed over before its first copy is complete, an epoch would have been for nothing.
      mayHandOver: () =>
        performance.now() - ledSinceMs >= Math.max(holdMs, replication.firstCopyMs),
    }
  }

  /** Brings the file to the newest state, and has Litestream replicate it to a new epoch from there. */
  async #begin(before: View, epoch: number): Promise<Begun> {
    const { database } = this.#means
    this.#step('restore')
    await this.#catchingUp
    const copying = this.#copy(before, epoch)
    const restoring = database.isNewest(before)
      ? null
      : database.restore({ ...before, isHeldByOther: true })
    const [copied, origin] = await allEnded([copying, restoring])
    if (origin) log('INFO', originInWords(origin))
    this.#step('replicate')
    if ('why' in copied) {
      return this.#upload(copied.isClean ? epoch : await this.#anotherEpoch(epoch), copied.why)
    }
    const { txid, files, bytes } = copied
    const from = { epoch: before.lease.restorable, txid }
    const why = (await reach(database, before, from)) ?? this.#tellPosition(from, epoch)
    if (why !== null) return this.#upload(await this.#anotherEpoch(epoch), why)
    const replication = this.#replicationTo(epoch)
    await replication.goOn()
    return { epoch, replication, beginning: { how: 'continued', from, files, bytes } }
  }

  async #copy(before: View, epoch: number): Promise<Copied> {
    try {
      const copied = await copyRestorable(this.#means, before, epoch)
      this.#failedCopies = 0
      return copied
    } catch (error) {
      // A bucket that does all else may never copy.
      if (++this.#failedCopies < mostFailedCopies) throw error
      return { why: `the bucket does not copy: ${reasonOf(error)}`, isClean: false }
    }
  }

  /** @returns why the epoch can't continue that state; null where it can */
  #tellPosition(from: Reached, epoch: number): string | null {
    this.#write(epoch)
    return tellPosition(this.#means.database, from, Date.now())
  }

  async #upload(epoch: number, why: string): Promise<Begun> {
    const { begunWith: from } = this.#means.database
    this.#write(epoch)
    const replication = this.#replicationTo(epoch)
    await replication.start()
    return { epoch, replication, beginning: { how: 'uploaded', from, why } }
  }

  /** Makes the file one that is written to; the first write begins its WAL. */
  #write(epoch: number): void {
    const { database, lease, record } = this.#means
    database.lead(lease.me.id, epoch)
    record('leads', `Leading epoch ${epoch}.`)
  }

  // What the bucket was asked to copy may come there yet, and is of another history than an upload.
  async #anotherEpoch(held: number): Promise<number> {
    const { lease, base } = this.#means
    const { before, acquired, epoch } = await lease.acquire()
    const { holder, epoch: last } = before.lease
    // Whoever has led since this one ran out may have written what the file does not have.
    if (!acquired || holder?.id !== lease.me.id || last !== held) throw noLease(base)
    return epoch
  }

  #replicationTo(epoch: number): Replication {
    const { litestream, database, lease, base, keeper, onSync, onGone } = this.#means
    return new Replication(litestream, {
      path: database.path,
      replicaUrl: epochUrl(base, epoch),
      canAcknowledge: () => lease.canAcknowledge && this.#isLed(epoch),
      reassure: () => this.#renewAgain(epoch),
      outage: () => keeper.outage,
      onSync,
      onReached: (txid) => lease.noteReached({ epoch, txid }),
      // While the bucket is away it may take as long as it wants; now only a restart ends that.
      onBusy: (error) => {
        if (keeper.isAnswered && lease.isValid) onGone(error)
      },
    })
  }

  // On a busy machine, or where the bucket is slow, a lease runs out that nobody else wants. A renewal that
  // succeeds proves that nobody has led since.
  async #renewAgain(epoch: number): Promise<void> {
    const { lease, keeper, base } = this.#means
    if (lease.isValid || !this.#isLed(epoch)) return
    await withTimeout(reassureMs, keeper.again(), () => noLease(base)).catch(() => {})
  }

  #step(step: string): void {
    this.#means.lifecycle.enter({ name: 'acquiring', step })
  }
}

type Acquiring = {
  lease: Lease
  base: string
  timing: Pick<LeadershipTiming, 'waitMs' | 'patienceMs'>
}

/** A lease that was acquired: how it was before, the epoch, and whether somebody had to be asked. */
export type Acquired = { before: View; epoch: number; asked: boolean }

/**
 * Takes the lease, and asks whoever holds it to hand it over.
 *
 * @param isEnding whether nobody needs the lease any more
 * @param beforeAsking told who holds it, before they are asked; throws where they shall not be
 * @throws {ReplicationProblem} if another instance holds it for longer
 */
export async function acquireLease(
  { lease, base, timing }: Acquiring,
  isEnding: () => boolean,
  beforeAsking: (view: View) => Promise<void>,
): Promise<Acquired> {
  let startMs = performance.now()
  for (let asked = false; ; asked = true) {
    const attempt = await lease.acquire()
    if (attempt.acquired) return { ...attempt, asked }
    const holder = attempt.before.lease.holder
    if (isEnding() || performance.now() - startMs > timing.patienceMs) {
      throw new ReplicationProblem('lease-held', base, `${holder?.revision} ${holder?.instance}`)
    }
    if (!asked) {
      await beforeAsking(attempt.before)
      // However long that took, who is asked needs its time.
      startMs = performance.now()
      log('INFO', 'Asking for the lease.', { holder })
    }
    if (holder && !attempt.before.lease.wantedBy) await lease.requestHandover()
    await sleep(timing.waitMs)
  }
}
