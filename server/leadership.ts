import { setTimeout as sleep } from 'node:timers/promises'
import { hasBeginning } from '../replication/lease/epochs.ts'
import type { Lease, View } from '../replication/lease/lease.ts'
import { removeObsolete } from '../replication/lease/retention.ts'
import type { Litestream } from '../replication/litestream.ts'
import { originInWords } from '../replication/newest-copy.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import { epochUrl } from '../replication/replica-url.ts'
import { type Health, Replication } from '../replication/replication.ts'
import type { Store } from '../replication/store/store.ts'
import { within } from '../replication/within.ts'
import type { EventKind, Events } from './events.ts'
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
  replication: Replication
  /** By `performance.now()`: before then it isn't handed over. */
  mineUntilMs: number
  /** Settles when this epoch is what others restore. */
  restorable: Promise<void>
  ended: AbortController
}

/** Takes the lease when this instance has to write, keeps it, and gives it back. */
export class Leadership {
  readonly #parts: Parts
  #leading: Leading | null = null
  #acquiring: Promise<void> | null = null
  #refreshing: Promise<void> = Promise.resolve()
  #steppingDown: Promise<void> = Promise.resolve()
  #isEnding = false
  /** By `performance.now()`. */
  #yieldUntilMs = 0
  #keepProblem: unknown = null
  #isRefreshing = false
  #writers = new Set<Promise<unknown>>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Whether a write may be begun now. */
  get isLeading(): boolean {
    return this.#parts.lifecycle.state.name === 'leading' && this.#parts.lease.isValid
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
      return new ReplicationProblem('bucket-unreachable', this.#parts.base, 'the first upload')
    })
    await leading.replication.durable()
  }

  /** Gives the lease back, if this instance has it, with all that was written in the bucket. */
  async end(): Promise<void> {
    this.#isEnding = true
    await this.#acquiring?.catch(() => {})
    await this.#steppingDown
    if (this.#leading) await this.#stepDown(this.#leading, 'the process stops')
  }

  async #becomeLeader(): Promise<void> {
    const { lifecycle, lease, database } = this.#parts
    const stale = this.#leading
    // The process woke up later than its lease, and this request came before the next look at it.
    if (stale && !stale.ended.signal.aborted) {
      this.#steppingDown = this.#abandon(stale, this.#lost())
    }
    await this.#steppingDown
    // Litestream has not let go of the file, so the process ends.
    if (this.#leading) throw this.#lost()
    await this.#refreshing
    let acquired = false
    try {
      lifecycle.enter({ name: 'acquiring', step: 'lease' })
      const { before, epoch, asked } = await this.#acquire()
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

  async #acquire(): Promise<{ before: View; epoch: number; asked: boolean }> {
    const { lease, timing, base } = this.#parts
    const startMs = performance.now()
    // Otherwise its own next write, which is here already, would take it from who waits for it.
    await sleep(Math.max(0, this.#yieldUntilMs - startMs))
    for (let asked = false; ; asked = true) {
      const attempt = await lease.acquire()
      if (attempt.acquired) return { ...attempt, asked }
      const holder = attempt.before.lease.holder
      if (this.#isEnding || performance.now() - startMs > timing.patienceMs) {
        const detail = `${holder?.revision} ${holder?.instance}`
        throw new ReplicationProblem('lease-held', base, detail)
      }
      if (!asked) log('INFO', 'Asking for the lease.', { holder })
      if (holder && !attempt.before.lease.wantedBy) await lease.want()
      await sleep(timing.waitMs)
    }
  }

  async #takeOver(before: View, epoch: number, asked: boolean): Promise<void> {
    const { lifecycle, lease, database, litestream, base, timing, onSync } = this.#parts
    const startMs = performance.now()
    if (!database.isNewest(before)) {
      lifecycle.enter({ name: 'acquiring', step: 'restore' })
      const restored = database.restore({ ...before, isHeld: true })
      log('INFO', originInWords(await this.#whileKeeping(restored)))
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
    const restorable = this.#complete(epoch, replication, ended.signal)
    const mineUntilMs = asked ? performance.now() + timing.minimumHoldMs : 0
    const leading = { replication, mineUntilMs, restorable, ended }
    restorable.catch(() => {})
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

  // A large database takes longer to restore than a lease is valid.
  async #whileKeeping<T>(work: Promise<T>): Promise<T> {
    const { timing } = this.#parts
    let isDone = false
    const keep = async () => {
      while (!isDone) {
        await sleep(timing.pollMs, undefined, { ref: false })
        if (!isDone) await this.#tryToKeep()
      }
    }
    keep()
    return work.finally(() => {
      isDone = true
    })
  }

  async #complete(epoch: number, replication: Replication, ended: AbortSignal): Promise<void> {
    const { lease, store, base } = this.#parts
    for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
      try {
        await replication.complete(30_000)
        if (!(await hasBeginning(store, epoch))) {
          throw new ReplicationProblem('replica-damaged', base, 'the new epoch has no beginning')
        }
        if (!(await lease.markRestorable(Date.now()))) throw this.#lost()
        log('INFO', 'This epoch is complete in the bucket.')
        this.#removeObsolete()
        return
      } catch (error) {
        if (ended.aborted || !lease.isValid) throw error
        log('ERROR', `This epoch is not complete yet: ${reasonOf(error)}`)
        await sleep(pauseMs, undefined, { signal: ended })
      }
    }
  }

  async #removeObsolete(): Promise<void> {
    const { lease, store, timing } = this.#parts
    try {
      const view = await lease.look()
      const upTo = await removeObsolete(store, view.lease, Date.now(), timing.retentionMs)
      if (upTo !== null) await lease.forget(upTo)
    } catch (error) {
      log('WARNING', `Old epochs could not be removed: ${reasonOf(error)}`)
    }
  }

  async #keep(leading: Leading): Promise<void> {
    const { lease, timing } = this.#parts
    const { signal } = leading.ended
    let keeping: Promise<'kept' | 'wanted' | 'lost' | 'unknown'> | null = null
    while (!signal.aborted) {
      await sleep(timing.pollMs, undefined, { signal }).catch(() => {})
      keeping ??= this.#tryToKeep()
      // The store may take longer than the lease is valid.
      const kept = await within(1_000, keeping, () => this.#lost()).catch(() => 'late' as const)
      if (signal.aborted) return
      if (kept !== 'late') keeping = null
      if (kept === 'lost' || !lease.isValid) {
        this.#steppingDown = this.#abandon(leading, this.#keepProblem ?? this.#lost())
        return
      }
      if (kept === 'wanted' && performance.now() >= leading.mineUntilMs) {
        return this.#stepDown(leading, 'another instance wants to lead', timing.yieldMs)
      }
    }
  }

  async #tryToKeep() {
    try {
      const kept = await this.#parts.lease.keep()
      this.#keepProblem = null
      return kept
    } catch (error) {
      this.#keepProblem = error
      log('WARNING', `The lease could not be renewed: ${reasonOf(error)}`)
      return 'unknown'
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
      await leading.replication.stop(3_000, 1_250)
      isComplete = true
      log('INFO', 'Everything is in the bucket.')
    } catch (error) {
      log('CRITICAL', `The last writes may not be in the bucket: ${reasonOf(error)}`)
    }
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
      await leading.replication.stop(1_000, 15_000)
    } catch (error) {
      // Registered again, the file would have two who replicate it. A restart ends that.
      if (!(error instanceof ReplicationProblem)) return this.#parts.onGone(error)
      log('ERROR', `The last writes may not be in the bucket: ${reasonOf(error)}`)
    }
    this.#leading = null
    database.follow(null)
    lifecycle.enter({ name: 'following', problem: problemOf(problem) })
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
