import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lease, Reached, View } from '../lease/lease.ts'
import { allEnded } from '../litestream/all-ended.ts'
import { type Litestream, LitestreamBusy } from '../litestream/litestream.ts'
import { originInWords } from '../litestream/newest-copy.ts'
import { ReplicationProblem } from '../litestream/problem.ts'
import { epochUrl } from '../litestream/replica-url.ts'
import { type Health, Replication } from '../litestream/replication.ts'
import { withTimeout } from '../litestream/with-timeout.ts'
import type { Store } from '../stores/store.ts'
import { acquireLease } from './acquire-lease.ts'
import {
  type Beginning,
  beganInWords,
  type Copied,
  copyRestorable,
  reach,
  tellPosition,
} from './begin-epoch.ts'
import { type Begun, completeEpoch, tidyEpoch } from './complete-epoch.ts'
import type { EventKind, Events } from './events.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { type Lifecycle, problemOf } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'
import { log, reasonOf } from './log.ts'
import { News } from './news.ts'
import { watchReplication } from './watch-replication.ts'

/** All in milliseconds. */
export type LeadershipTiming = {
  /** How often the leader looks whether somebody wants the lease, while somebody writes. */
  pollMs: number
  idlePollMs: number
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
  /** After a first failure to lead; it doubles with each further one, up to sixteen times as long. */
  pauseMs: number
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

/**
 * How long each step of a handover may take, in milliseconds. At the end of the process all of them
 * have to fit into what the drain leaves of Cloud Run's 10 s; otherwise the lease is valid for longer.
 */
const budgets = {
  atTheEnd: { writersMs: 500, syncMs: 2_500, closeMs: 500, releaseMs: 750 },
  asked: { writersMs: 1_000, syncMs: 4_000, closeMs: 1_500, releaseMs: 1_500 },
}

const endMs = 4_500

const mostFailedCopies = 3

/** What exists only while this instance leads. */
type Leading = {
  epoch: number
  beginning: Beginning
  replication: Replication
  /** The requests that were let in, until each has its answer. */
  writers: Set<Promise<unknown>>
  /** Up to where all is in the bucket, as EPOCH-TXID; null where nothing was made durable yet. */
  position: string | null
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
  readonly #admitted = new AsyncLocalStorage<Leading | null>()
  #leading: Leading | null = null
  #acquiring: Promise<void> | null = null
  #refreshing: { done: Promise<void>; unneeded: AbortController } | null = null
  /** By `performance.now()`, after a renewal that failed. */
  #refreshAfterMs = 0
  #steppingDown: Promise<void> = Promise.resolve()
  /** Settles when the copy is as new as it can be while another leads. */
  #catchingUp: Promise<unknown> = Promise.resolve()
  #isEnding = false
  /** By `performance.now()`. */
  #yieldUntilMs = 0
  /** Why it could not lead, and until when it doesn't try again. */
  #refused: { error: unknown; pauseMs: number; untilMs: number } | null = null
  /** How often in a row the bucket has failed to copy an epoch. */
  #failedCopies = 0
  readonly #leadNews = new News()
  readonly #refreshNews = new News()

  constructor(parts: Parts) {
    this.#parts = parts
    this.#keeper = new LeaseKeeper(parts.lease, parts.base, parts.timing, () =>
      this.#leading?.replication.revive(),
    )
  }

  /** Whether a write may be begun now. */
  get isLeading(): boolean {
    return this.#parts.lifecycle.state.name === 'leading' && this.#parts.lease.isValid
  }

  /** Up to where all is in the bucket, as EPOCH-TXID; null where nothing was made durable yet. */
  get position(): string | null {
    return this.#leading?.position ?? null
  }

  /** How the epoch that is led began; null unless this instance leads, or is just handing over. */
  get beginning(): Beginning | null {
    return this.#leading?.beginning ?? null
  }

  /** null unless this instance leads, or is just handing over. */
  get replication(): Replication | null {
    return this.#leading?.replication ?? null
  }

  /**
   * Resolves once this instance leads. All who wait share one attempt, which goes on when they have
   * given up; for a moment after one that has failed, all are told why.
   *
   * @throws {ReplicationProblem} if it can't lead now
   */
  async lead(): Promise<void> {
    if (this.isLeading) return
    if (this.#refused && performance.now() < this.#refused.untilMs) throw this.#refused.error
    this.#acquiring ??= this.#becomeLeader().finally(() => {
      this.#acquiring = null
    })
    await this.#acquiring
  }

  /** Brings the copy up to date, in the background, if it is old for what that costs. */
  refreshInBackground(): void {
    const { database, lease, lifecycle } = this.#parts
    if (this.#leading) database.confirm(this.#keeper.keptAtMs)
    if (lifecycle.state.name !== 'following' || this.#refreshing) return
    if (database.ageMs < Math.max(5_000, 10 * database.tookMs)) return
    const lookedAtMs = performance.now()
    if (lookedAtMs < this.#refreshAfterMs) return
    let restoringSinceMs = Number.POSITIVE_INFINITY
    const unneeded = new AbortController()
    const done = lease
      .read()
      .then((view) => {
        restoringSinceMs = performance.now()
        return database.refresh(view, lookedAtMs, unneeded.signal)
      })
      .then(() => this.#refreshNews.end())
      .catch((error) => {
        if (unneeded.signal.aborted) return
        const said = `The copy could not be renewed: ${reasonOf(error)}`
        if (this.#refreshNews.isNew(problemOf(error).code)) log('WARNING', said)
        // What can't be read may have been brought from the bucket all the same.
        const tookMs = Math.max(0, performance.now() - restoringSinceMs)
        this.#refreshAfterMs = performance.now() + Math.min(Math.max(5_000, 10 * tookMs), 60_000)
      })
      .finally(() => {
        this.#refreshing = null
      })
    this.#refreshing = { done, unneeded }
  }

  /**
   * Serves a request that may write. What it writes can be made durable by this leadership alone; the
   * lease is kept until `done` has settled, if that doesn't take too long.
   */
  admit(done: Promise<unknown>, serve: () => void): void {
    const leading = this.#leading
    this.#keeper.noteWrite()
    leading?.writers.add(done)
    const forget = () => leading?.writers.delete(done)
    done.then(forget, forget)
    this.#admitted.run(leading, serve)
  }

  /**
   * Resolves once all that was committed before the call is what every later leader has.
   *
   * @throws {ReplicationProblem} if that can't be promised; always outside of a request that this
   *   leadership has admitted, as what another one wrote may have gone with that
   */
  async durable(): Promise<void> {
    const leading = this.#admitted.getStore()
    if (!leading || leading !== this.#leading) throw this.#lost()
    await withTimeout(10_000, leading.restorable, () => {
      const { health } = leading.replication
      if (health.status === 'degraded') return health.problem
      if (!this.#keeper.isAnswered) return this.#keeper.problem
      return new ReplicationProblem('first-copy', this.#parts.base, 'after 10 s')
    })
    await leading.replication.durable()
    leading.position = `${leading.epoch}-${leading.replication.durableTxid}`
  }

  /** Gives the lease back, if this instance has it, with all that was written in the bucket. */
  async end(): Promise<void> {
    this.#isEnding = true
    // It may wait for the bucket, for longer than this process has.
    await withTimeout(endMs, this.#ending(), () => this.#lost()).catch(() => {})
  }

  async #ending(): Promise<void> {
    await this.#acquiring?.catch(() => {})
    const leading = this.#leading
    if (leading && !leading.ended.signal.aborted) {
      this.#steppingDown = this.#handOver(leading, 'the process stops')
    }
    await this.#steppingDown
  }

  async #becomeLeader(): Promise<void> {
    const { lifecycle, lease, database, base, timing } = this.#parts
    const stale = this.#leading
    // Its lease has run out, as the bucket did not answer or the process has just woken up.
    if (stale && !stale.ended.signal.aborted && (await this.#keeper.again())) return
    if (stale && !stale.ended.signal.aborted) {
      this.#steppingDown = this.#abandon(stale, this.#lost())
    }
    // It can take as long as the bucket is away, and who asks is to hear why.
    await withTimeout(4_000, this.#steppingDown, () => this.#keeper.problem)
    // Litestream has not let go of the file, so the process ends.
    if (this.#leading) throw this.#lost()
    // It may wait for the bucket, long after that has answered the lease.
    this.#refreshing?.unneeded.abort()
    await this.#refreshing?.done
    let acquired = false
    try {
      lifecycle.enter({ name: 'acquiring', step: 'lease' })
      // Otherwise its own next write, which is here already, would take it from who waits for it.
      await sleep(Math.max(0, this.#yieldUntilMs - performance.now()))
      const isEnding = () => this.#isEnding
      const beforeAsking = (view: View) => this.#makeSure(view)
      const how = { ...timing, isEnding, beforeAsking }
      const { before, epoch, asked } = await acquireLease(lease, base, how)
      acquired = true
      await this.#takeOver(before, epoch, asked)
      this.#refused = null
      this.#leadNews.end()
    } catch (error) {
      const problem = problemOf(error)
      if (this.#leadNews.isNew(problem.code)) {
        log('ERROR', `This instance can't lead: ${reasonOf(error)}`, { code: problem.code })
        this.#parts.events.note('could-not-lead', reasonOf(error))
      }
      this.#refuse(error)
      database.follow(null)
      if (acquired) await lease.release().catch(() => {})
      lifecycle.enter({ name: 'following', problem })
      throw error
    }
  }

  // Who leads is not disturbed by an instance that can't have the newest copy. One that has had a state of
  // the same history brings it up to date while the other finishes.
  async #makeSure(view: View): Promise<void> {
    const { database, lifecycle } = this.#parts
    if (database.stateIn(view) && !this.#refused) {
      this.#catchingUp = database.restore(view).catch(() => {})
      return
    }
    const isFresh = database.ageMs < Math.max(15_000, 10 * database.tookMs)
    if (isFresh && !this.#refused) return
    lifecycle.enter({ name: 'acquiring', step: 'copy' })
    await database.restore(view)
    lifecycle.enter({ name: 'acquiring', step: 'lease' })
  }

  #refuse(error: unknown): void {
    // Who only has to wait for the other goes on asking.
    if (error instanceof ReplicationProblem && error.code === 'lease-held') return
    const firstMs = this.#parts.timing.pauseMs
    const pauseMs = Math.min(this.#refused ? 2 * this.#refused.pauseMs : firstMs, 16 * firstMs)
    this.#refused = { error, pauseMs, untilMs: performance.now() + pauseMs }
  }

  async #takeOver(before: View, acquired: number, asked: boolean): Promise<void> {
    const { lifecycle, timing } = this.#parts
    const startMs = performance.now()
    const { epoch, replication, beginning } = await this.#keeper.during(
      this.#begin(before, acquired),
    )
    const ended = new AbortController()
    const restorable = completeEpoch(this.#parts, { epoch, replication, beginning }, ended.signal)
    const ledSinceMs = performance.now()
    const holdMs = asked ? timing.minimumHoldMs : 0
    // Handed over before its first copy is complete, an epoch would have been for nothing.
    const isMine = () => performance.now() - ledSinceMs < Math.max(holdMs, replication.firstCopyMs)
    const leading: Leading = {
      epoch,
      beginning,
      replication,
      isMine,
      restorable,
      ended,
      writers: new Set(),
      position: null,
    }
    restorable.catch(() => {})
    tidyEpoch(this.#parts, epoch, ended.signal)
    this.#leading = leading
    lifecycle.enter({ name: 'leading', epoch, replication })
    const ms = Math.round(performance.now() - startMs)
    log('INFO', `Leading epoch ${epoch} (${beganInWords(beginning)}).`, {
      ...{ epoch, ms },
      ...beginning,
    })
    watchReplication(replication, ended.signal, (health) => this.#report(health)).catch((error) => {
      if (!ended.signal.aborted) this.#parts.onGone(error)
    })
    this.#keep(leading)
  }

  /** Brings the file to the newest state, and has Litestream replicate it to a new epoch from there. */
  async #begin(before: View, epoch: number): Promise<Begun> {
    const { lifecycle, database } = this.#parts
    lifecycle.enter({ name: 'acquiring', step: 'restore' })
    await this.#catchingUp
    const copying = this.#copy(before, epoch)
    const restoring = database.isNewest(before)
      ? null
      : database.restore({ ...before, isHeldByOther: true })
    const [copied, origin] = await allEnded([copying, restoring])
    if (origin) log('INFO', originInWords(origin))
    lifecycle.enter({ name: 'acquiring', step: 'replicate' })
    if ('why' in copied) {
      return this.#upload(copied.isClean ? epoch : await this.#anotherEpoch(epoch), copied.why)
    }
    const { txid, files, bytes } = copied
    const from = { epoch: before.lease.restorable, txid }
    const why = (await reach(database, before, from)) ?? (await this.#tellPosition(from, epoch))
    if (why !== null) return this.#upload(await this.#anotherEpoch(epoch), why)
    const replication = this.#replicationTo(epoch)
    await replication.goOn()
    return { epoch, replication, beginning: { how: 'continued', from, files, bytes } }
  }

  async #copy(before: View, epoch: number): Promise<Copied> {
    try {
      const copied = await copyRestorable(this.#parts, before, epoch)
      this.#failedCopies = 0
      return copied
    } catch (error) {
      // A bucket that does all else may never copy.
      if (++this.#failedCopies < mostFailedCopies) throw error
      return { why: `the bucket does not copy: ${reasonOf(error)}`, isClean: false }
    }
  }

  /** @returns why the epoch can't continue that state; null where it can */
  async #tellPosition(from: Reached, epoch: number): Promise<string | null> {
    await this.#write(epoch)
    return tellPosition(this.#parts.database, from, Date.now())
  }

  async #upload(epoch: number, why: string): Promise<Begun> {
    const { begunWith: from } = this.#parts.database
    await this.#write(epoch)
    const replication = this.#replicationTo(epoch)
    await replication.start()
    return { epoch, replication, beginning: { how: 'uploaded', from, why } }
  }

  /** Makes the file one that is written to; the first write begins its WAL. */
  async #write(epoch: number): Promise<void> {
    const { database, lease } = this.#parts
    database.lead(lease.me.id, epoch)
    await this.#record('leads', `Leading epoch ${epoch}.`)
  }

  // What the bucket was asked to copy may come there yet, and is of another history than an upload.
  async #anotherEpoch(held: number): Promise<number> {
    const { lease } = this.#parts
    const { before, acquired, epoch } = await lease.acquire()
    const { holder, epoch: last } = before.lease
    // Whoever has led since this one ran out may have written what the file does not have.
    if (!acquired || holder?.id !== lease.me.id || last !== held) throw this.#lost()
    return epoch
  }

  #replicationTo(epoch: number): Replication {
    const { litestream, database, lease, base, onSync } = this.#parts
    return new Replication(litestream, {
      path: database.path,
      replicaUrl: epochUrl(base, epoch),
      canAcknowledge: () => lease.canAcknowledge && this.#leading?.epoch === epoch,
      outage: () => this.#keeper.outage,
      onSync,
      onReached: (txid) => lease.noteReached({ epoch, txid }),
      // While the bucket is away it may take as long as it wants; now only a restart ends that.
      onBusy: (error) => {
        if (this.#keeper.isAnswered && lease.isValid) this.#parts.onGone(error)
      },
    })
  }

  async #keep(leading: Leading): Promise<void> {
    const over = await this.#keeper.untilOver(leading.isMine, leading.ended.signal)
    if (leading.ended.signal.aborted) return
    switch (over) {
      case 'lost':
        this.#steppingDown = this.#abandon(leading, this.#keeper.problem)
        return
      case 'wanted':
        this.#steppingDown = this.#handOver(leading, 'another instance wants to lead')
        await this.#steppingDown
        this.#yieldUntilMs = performance.now() + this.#parts.timing.yieldMs
    }
  }

  async #handOver(leading: Leading, why: string): Promise<void> {
    // One that begins while the server drains has to be over by the end as well.
    const { writersMs, syncMs, closeMs, releaseMs } =
      budgets[this.#isEnding || this.#parts.lifecycle.draining ? 'atTheEnd' : 'asked']
    const startMs = performance.now()
    const { replication } = leading
    this.#enterSteppingDown(leading, why)
    // Those that were let in before; who comes now waits for the next leader.
    const written = Promise.allSettled(leading.writers)
    await withTimeout(writersMs, written, () => this.#lost()).catch(() => {})
    await this.#record('stepped-down', `Stepped down: ${why}.`)
    this.#parts.database.current?.$client.pragma('query_only = ON')
    let isComplete = false
    try {
      await replication.stop(syncMs)
      isComplete = true
      log('INFO', 'Everything is in the bucket.')
    } catch (error) {
      log('CRITICAL', `The last writes may not be in the bucket: ${reasonOf(error)}`)
    }
    await replication.close(closeMs).catch((error) => log('WARNING', reasonOf(error)))
    // Not when Litestream has closed the file: by then another may have led for long.
    if (isComplete) this.#parts.database.confirm(performance.now())
    const generation = await this.#release(releaseMs)
    await this.#follow(leading, isComplete ? generation : null, null)
    log('INFO', 'Following.', { ms: Math.round(performance.now() - startMs) })
  }

  async #release(withinMs: number): Promise<string | null> {
    try {
      return await withTimeout(withinMs, this.#parts.lease.release(), () => this.#lost())
    } catch (error) {
      log('WARNING', `The lease has to run out, it could not be released: ${reasonOf(error)}`)
      return null
    }
  }

  // Nothing was acknowledged since the lease was valid, and nobody reads what is written now.
  async #abandon(leading: Leading, problem: unknown): Promise<void> {
    const { database, events } = this.#parts
    // Written down by the next leadership: who has lost the lease writes no more.
    events.note('stepped-down', `Stepped down: ${reasonOf(problem)}`)
    this.#enterSteppingDown(leading, reasonOf(problem))
    database.current?.$client.pragma('query_only = ON')
    database.confirm(this.#keeper.keptAtMs)
    try {
      await leading.replication.stop(1_000)
    } catch (error) {
      log('ERROR', `The last writes may not be in the bucket: ${reasonOf(error)}`)
    }
    await this.#follow(leading, null, problem)
  }

  /** @param generation of the lease, where it was released with everything in the bucket */
  async #follow(leading: Leading, generation: string | null, problem: unknown): Promise<void> {
    const { database, lifecycle, onGone } = this.#parts
    try {
      await this.#closed(leading.replication)
    } catch (error) {
      // Registered again, the file would have two who replicate it. A restart ends that.
      return onGone(error)
    }
    this.#leading = null
    database.follow(generation)
    lifecycle.enter({ name: 'following', problem: problem === null ? null : problemOf(problem) })
  }

  // Litestream waits for an upload that is under way, and that may wait for the bucket, without which
  // nobody can lead.
  async #closed(replication: Replication): Promise<void> {
    for (let isBack = false; ; isBack = await this.#bucketAnswers()) {
      try {
        return await replication.close(this.#parts.timing.closeMs)
      } catch (error) {
        if (isBack || !(error instanceof LitestreamBusy)) throw error
      }
    }
  }

  async #bucketAnswers(): Promise<boolean> {
    return withTimeout(5_000, this.#parts.lease.read(), () => this.#lost()).then(
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
    if (database.current) events.save(database.current)
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
