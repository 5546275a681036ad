import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, View } from '../replication/lease/lease.ts'
import { type Litestream, LitestreamBusy } from '../replication/litestream.ts'
import { originInWords } from '../replication/newest-copy.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import { epochUrl } from '../replication/replica-url.ts'
import { type Health, Replication } from '../replication/replication.ts'
import type { Store } from '../replication/store/store.ts'
import { within } from '../replication/within.ts'
import { acquireLease } from './acquire-lease.ts'
import { completeEpoch, tidyEpoch } from './complete-epoch.ts'
import type { EventKind, Events } from './events.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { type Lifecycle, problemOf } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'
import { log, reasonOf } from './log.ts'
import { watchReplication } from './watch-replication.ts'

/** All in milliseconds. */
export type LeadershipTiming = {
  /** How often the leader looks whether somebody wants the lease. */
  pollMs: number
  /** How often who waits for the lease looks. */
  waitMs: number
  /** How long who wants the lease goes on waiting. */
  patienceMs: number
  /** How long who was handed the lease keeps it, so that two don't swap it all the time. */
  minimumHoldMs: number
  /** How long who gave the lease away because another wanted it leaves it to them. */
  yieldMs: number
  retentionMs: number
  /** How long Litestream may take to close the file while the bucket answers. */
  closeMs: number
}

type Parts = {
  lease: Lease
  store: Store
  litestream: Litestream
  database: LocalDatabase
  lifecycle: Lifecycle
  events: Events
  /** Told how many milliseconds each upload took that somebody waited for. */
  onSync: (ms: number) => void
  /** The base URL of the replica. */
  base: string
  timing: LeadershipTiming
  /** Told when there is no Litestream any more. */
  onGone: (error: unknown) => void
}

/** What exists only while this instance leads. */
type Leading = {
  epoch: number
  replication: Replication
  /** Whether it isn't handed over yet. */
  isMine: () => boolean
  /** Settles when this epoch is what others restore. */
  restorable: Promise<void>
  ended: AbortController
}

/** Takes the lease when this instance has to write, keeps it, and gives it back. */
export class Leadership {
  readonly #parts: Parts
  readonly #keeper: LeaseKeeper
  #leading: Leading | null = null
  #position: string | null = null
  #acquiring: Promise<void> | null = null
  #refreshing: Promise<void> = Promise.resolve()
  #steppingDown: Promise<void> = Promise.resolve()
  #isEnding = false
  /** By `performance.now()`. */
  #yieldUntilMs = 0
  #isRefreshing = false
  #writers = new Set<Promise<unknown>>()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#keeper = new LeaseKeeper(parts.lease, parts.base, parts.timing.pollMs)
  }

  /** Whether a write may be begun now. */
  get isLeading(): boolean {
    return this.#parts.lifecycle.state.name === 'leading' && this.#parts.lease.isValid
  }

  /** Up to where all is in the bucket, as EPOCH-TXID; null where nothing was made durable yet. */
  get position(): string | null {
    return this.#position
  }

  /** null unless this instance leads, or is just handing over. */
  get replication(): Replication | null {
    return this.#leading?.replication ?? null
  }

  /**
   * Resolves once this instance leads. All who wait share one attempt, which goes on when they have
   * given up.
   *
   * @throws {ReplicationProblem} if it can't lead now
   */
  lead(): Promise<void> {
    if (this.isLeading) return Promise.resolve()
    this.#acquiring ??= this.#becomeLeader().finally(() => {
      this.#acquiring = null
    })
    return this.#acquiring
  }

  /** Brings the copy up to date, in the background, if it is old for what that costs. */
  refreshSoon(): void {
    const { database, lease, lifecycle } = this.#parts
    if (lifecycle.state.name !== 'following' || this.#isRefreshing) return
    if (database.ageMs < Math.max(5_000, 10 * database.tookMs)) return
    this.#isRefreshing = true
    this.#refreshing = lease
      .look()
      .then((view) => database.restore(view))
      .then(
        () => {},
        (error) => log('WARNING', `The copy could not be renewed: ${reasonOf(error)}`),
      )
      .finally(() => {
        this.#isRefreshing = false
      })
  }

  /** Keeps the lease until `done` has settled, if that doesn't take too long. */
  hold(done: Promise<unknown>): void {
    this.#writers.add(done)
    const forget = () => this.#writers.delete(done)
    done.then(forget, forget)
  }

  /**
   * Resolves once all that was committed before the call is what every later leader has.
   *
   * @throws {ReplicationProblem} if that can't be promised
   */
  async durable(): Promise<void> {
    const leading = this.#leading
    if (!leading) throw this.#lost()
    await within(10_000, leading.restorable, () => {
      const { health } = leading.replication
      if (health.status === 'degraded') return health.problem
      return new ReplicationProblem('first-copy', this.#parts.base, 'after 10 s')
    })
    await leading.replication.durable()
    this.#position = `${leading.epoch}-${leading.replication.durableTxid}`
  }

  /** Gives the lease back, if this instance has it, with all that was written in the bucket. */
  async end(): Promise<void> {
    this.#isEnding = true
    await this.#acquiring?.catch(() => {})
    const leading = this.#leading
    if (leading?.ended.signal.aborted) {
      // It may wait for the bucket, for longer than this process has.
      await within(4_500, this.#steppingDown, () => this.#lost()).catch(() => {})
    } else if (leading) {
      await this.#stepDown(leading, 'the process stops')
    }
  }

  async #becomeLeader(): Promise<void> {
    const { lifecycle, lease, database, base, timing } = this.#parts
    const stale = this.#leading
    // The process woke up later than its lease, and this request came before the next look at it.
    if (stale && !stale.ended.signal.aborted) {
      this.#steppingDown = this.#abandon(stale, this.#lost())
    }
    // It can take as long as the bucket is away, and who asks is to hear why.
    await within(4_000, this.#steppingDown, () => this.#keeper.problem)
    // Litestream has not let go of the file, so the process ends.
    if (this.#leading) throw this.#lost()
    await this.#refreshing
    let acquired = false
    try {
      lifecycle.enter({ name: 'acquiring', step: 'lease' })
      // Otherwise its own next write, which is here already, would take it from who waits for it.
      await sleep(Math.max(0, this.#yieldUntilMs - performance.now()))
      const isEnding = () => this.#isEnding
      const { before, epoch, asked } = await acquireLease(lease, base, { ...timing, isEnding })
      acquired = true
      await this.#takeOver(before, epoch, asked)
    } catch (error) {
      const problem = problemOf(error)
      log('ERROR', `This instance can't lead: ${reasonOf(error)}`, { code: problem.code })
      this.#parts.events.note('could-not-lead', reasonOf(error))
      database.follow(null)
      if (acquired) await lease.release().catch(() => {})
      lifecycle.enter({ name: 'following', problem })
      throw error
    }
  }

  async #takeOver(before: View, epoch: number, asked: boolean): Promise<void> {
    const { lifecycle, lease, database, litestream, base, timing, onSync } = this.#parts
    const startMs = performance.now()
    if (!database.isNewest(before)) {
      lifecycle.enter({ name: 'acquiring', step: 'restore' })
      const restored = database.restore({ ...before, isHeld: true })
      log('INFO', originInWords(await this.#keeper.during(restored)))
    }
    const replication = new Replication(litestream, {
      path: database.path,
      replicaUrl: epochUrl(base, epoch),
      vouch: () => lease.canVouch,
      onSync,
    })
    lifecycle.enter({ name: 'acquiring', step: 'replicate' })
    database.lead(lease.me.id, epoch)
    await replication.start()
    const ended = new AbortController()
    const restorable = completeEpoch(this.#parts, epoch, replication, ended.signal)
    const ledSinceMs = performance.now()
    const holdMs = asked ? timing.minimumHoldMs : 0
    // Handed over before its first copy is complete, an epoch would have been for nothing.
    const isMine = () => performance.now() - ledSinceMs < Math.max(holdMs, replication.firstCopyMs)
    const leading = { epoch, replication, isMine, restorable, ended }
    restorable.catch(() => {})
    tidyEpoch(this.#parts, epoch, ended.signal)
    this.#leading = leading
    lifecycle.enter({ name: 'leading', epoch, replication })
    const ms = Math.round(performance.now() - startMs)
    log('INFO', `Leading epoch ${epoch}.`, { epoch, ms })
    await this.#record('leads', `Leading epoch ${epoch} after ${ms} ms.`)
    watchReplication(replication, ended.signal, (health) => this.#report(health)).catch((error) => {
      if (!ended.signal.aborted) this.#parts.onGone(error)
    })
    this.#keep(leading)
  }

  async #keep(leading: Leading): Promise<void> {
    switch (await this.#keeper.untilOver(leading.isMine, leading.ended.signal)) {
      case 'lost':
        this.#steppingDown = this.#abandon(leading, this.#keeper.problem)
        return
      case 'wanted':
        return this.#stepDown(leading, 'another instance wants to lead', this.#parts.timing.yieldMs)
    }
  }

  #stepDown(leading: Leading, why: string, yieldMs = 0): Promise<void> {
    this.#steppingDown = this.#handOver(leading, why).finally(() => {
      this.#yieldUntilMs = performance.now() + yieldMs
    })
    return this.#steppingDown
  }

  async #handOver(leading: Leading, why: string): Promise<void> {
    const { database, lifecycle } = this.#parts
    const startMs = performance.now()
    this.#enterSteppingDown(leading, why)
    // Those that were let in before; who comes now waits for the next leader.
    await within(1_000, Promise.allSettled(this.#writers), () => this.#lost()).catch(() => {})
    await this.#record('stepped-down', `Stepped down: ${why}.`)
    database.current?.$client.pragma('query_only = ON')
    let isComplete = false
    try {
      await leading.replication.stop(3_000)
      isComplete = true
      log('INFO', 'Everything is in the bucket.')
    } catch (error) {
      log('CRITICAL', `The last writes may not be in the bucket: ${reasonOf(error)}`)
    }
    await leading.replication.letGo(1_250).catch((error) => log('WARNING', reasonOf(error)))
    const generation = await this.#release(startMs + 4_500 - performance.now())
    this.#leading = null
    database.follow(isComplete ? generation : null)
    lifecycle.enter({ name: 'following', problem: null })
    log('INFO', 'Following.', { ms: Math.round(performance.now() - startMs) })
  }

  async #release(withinMs: number): Promise<string | null> {
    try {
      return await within(withinMs, this.#parts.lease.release(), () => this.#lost())
    } catch (error) {
      log('WARNING', `The lease has to run out, it could not be released: ${reasonOf(error)}`)
      return null
    }
  }

  // Nothing was acknowledged since the lease was valid, and nobody reads what is written now.
  async #abandon(leading: Leading, problem: unknown): Promise<void> {
    const { database, lifecycle, events } = this.#parts
    // Written down by the next leadership: who has lost the lease writes no more.
    events.note('stepped-down', `Stepped down: ${reasonOf(problem)}`)
    this.#enterSteppingDown(leading, reasonOf(problem))
    database.current?.$client.pragma('query_only = ON')
    try {
      await leading.replication.stop(1_000)
    } catch (error) {
      log('ERROR', `The last writes may not be in the bucket: ${reasonOf(error)}`)
    }
    try {
      await this.#closed(leading.replication)
    } catch (error) {
      // Registered again, the file would have two who replicate it. A restart ends that.
      return this.#parts.onGone(error)
    }
    this.#leading = null
    database.follow(null)
    lifecycle.enter({ name: 'following', problem: problemOf(problem) })
  }

  // Litestream waits for an upload that is under way, and that may wait for the bucket, without which
  // nobody can lead.
  async #closed(replication: Replication): Promise<void> {
    for (let isBack = false; ; isBack = await this.#bucketAnswers()) {
      try {
        return await replication.letGo(this.#parts.timing.closeMs)
      } catch (error) {
        if (isBack || !(error instanceof LitestreamBusy)) throw error
      }
    }
  }

  async #bucketAnswers(): Promise<boolean> {
    return within(5_000, this.#parts.lease.look(), () => this.#lost()).then(
      () => true,
      () => false,
    )
  }

  #report(health: Health): void {
    if (health.status === 'healthy') {
      log('INFO', 'What is written reaches the bucket again.')
      this.#record('bucket-is-back', 'What is written reaches the bucket again.')
    } else {
      const { message, code } = health.problem
      log('ERROR', `What is written does not reach the bucket. ${message}`, { code })
      this.#record('bucket-fails', message)
    }
  }

  async #record(kind: EventKind, detail: string): Promise<void> {
    const { events, database } = this.#parts
    events.note(kind, detail)
    if (database.current) await events.save(database.data)
  }

  #enterSteppingDown(leading: Leading, why: string): void {
    const { lifecycle } = this.#parts
    log('INFO', `Stepping down: ${why}.`)
    leading.ended.abort()
    const { state } = lifecycle
    if (state.name === 'leading') lifecycle.enter({ name: 'stepping-down', epoch: state.epoch })
  }

  #lost(): ReplicationProblem {
    return new ReplicationProblem('lease-lost', this.#parts.base, 'no lease')
  }
}
