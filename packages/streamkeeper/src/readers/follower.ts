import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Connection } from '../config.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import type { Database } from '../sqlite/open.ts'
import type { ReplicationProblem } from '../stores/problem.ts'
import type { Store } from '../stores/store.ts'
import { withTimeout } from '../with-timeout.ts'
import { Age } from './age.ts'
import { readLease } from './bucket.ts'
import { Copy, CopyEnded } from './copy.ts'
import { Fetching } from './fetching.ts'
import { KnownLease } from './known-lease.ts'
import type { Position } from './position.ts'
import { type Look, PositionWait, type Reached } from './position-wait.ts'
import { isExpected, ReaderProblem } from './problem.ts'
import { WakeUp } from './wake-up.ts'
import { watchDamage } from './watch-damage.ts'

/** All in milliseconds. */
type FollowerTiming = {
  /** How often the bucket is asked for news. */
  pollMs: number
  /** How often while somebody waits for what is known to be there. */
  hurryMs: number
  /**
   * For how long no file that is missing can have been there and gone: Litestream keeps those of
   * level 0 for five minutes. After that all files are listed.
   */
  listMs: number
  /** How long a read waits for another copy where the one before broke. */
  renewMs: number
  /** For how long, after somebody has made a position up, nobody who shows one is hurried for. */
  distrustMs: number
}

export const followerTiming: FollowerTiming = {
  pollMs: 1_000,
  hurryMs: 50,
  listMs: 60_000,
  renewMs: 10_000,
  distrustMs: 60_000,
}

/** What became of the copy. */
export type Change =
  | { kind: 'new'; epoch: number; isNewer: boolean; ms: number }
  /** It goes on with another epoch's changes. */
  | { kind: 'continued'; epoch: number }
  /** What was read may be there in part now, so it is read no more. */
  | { kind: 'broken'; reason: string }
  | { kind: 'problem'; error: ReplicationProblem | ReaderProblem }
  | { kind: 'well' }

export type FollowerOptions = {
  store: Pick<Store, 'read' | 'list' | 'bytes'>
  /** The base URL of the replica. */
  base: string
  /** For the copies alone: what is in there is deleted. */
  folder: string
  app: AppSchema
  timing: FollowerTiming
  /** Monotonic also while the machine sleeps, in milliseconds. */
  clock: () => number
  onChange: (change: Change) => void
}

type Current = { copy: Copy; age: Age; fetching: Fetching }

/** Keeps a copy of what is in the bucket; touches nothing there. */
export class Follower {
  readonly #options: FollowerOptions
  readonly #news = new WakeUp()
  readonly #lease = new KnownLease()
  readonly #waiting: PositionWait
  #current: Current | null = null
  /** Settles when there is something to read. */
  #renewed = Promise.withResolvers<void>()
  /** What was read when the copy broke: never less from then on. */
  #broken: { position: Position; knownAtMs: number } | null = null
  /** The epoch that could not be restored, and when it is tried again. */
  #failed = { epoch: 0, pauseMs: 0, untilMs: 0 }
  #restoreMs = 0
  #unread = 0

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#waiting = new PositionWait({
      position: () => this.position,
      ring: () => this.#news.ring(),
      clock: options.clock,
      distrustMs: options.timing.distrustMs,
    })
  }

  /** The state that is read now; null if none is. */
  get position(): Position | null {
    return this.#current?.copy.position ?? null
  }

  /** null if nothing is read. */
  get path(): string | null {
    return this.#current?.copy.path ?? null
  }

  /** How long ago what is read was for certain all that was in the bucket, in milliseconds. */
  get ageMs(): number {
    const knownAtMs = this.#current ? knownAt(this.#current) : this.#broken?.knownAtMs
    return knownAtMs === undefined ? 0 : Math.max(0, this.#options.clock() - knownAtMs)
  }

  /** How long the last restore took, in milliseconds. */
  get restoreMs(): number {
    return this.#restoreMs
  }

  /** How many reads have failed as there was no copy. */
  get unread(): number {
    return this.#unread
  }

  /**
   * Calls a function that only reads; where the copy breaks, with the next one.
   *
   * @throws {ReaderProblem} if there is none in time
   */
  async read<Result>(call: (database: Database) => Result): Promise<Awaited<Result>> {
    const endsAtMs = performance.now() + this.#options.timing.renewMs
    for (;;) {
      if (!this.#current) await this.#renewal(endsAtMs - performance.now())
      const copy = this.#current?.copy
      if (!copy) continue
      try {
        return await copy.read(call)
      } catch (error) {
        if (!(error instanceof CopyEnded)) throw error
        this.#drop(copy, error.message)
      }
    }
  }

  /** Waits until there is a copy, where the last one broke. */
  async available(): Promise<void> {
    if (!this.#current) await this.#renewal(this.#options.timing.renewMs)
  }

  /**
   * What is read now: good for one access, as the next may find another copy.
   *
   * @throws {ReaderProblem} if there is none
   */
  get reading(): { $client: Connection } {
    const copy = this.#current?.copy
    const end = (error: Error) => {
      this.#unread++
      if (copy) this.#drop(copy, error.message)
    }
    try {
      if (copy) return { $client: watchDamage(copy.reading, end) }
    } catch (error) {
      if (!(error instanceof CopyEnded)) throw error
      end(error)
      throw new ReaderProblem('copy-broken')
    }
    this.#unread++
    throw new ReaderProblem('copy-broken')
  }

  /** Follows until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    rmSync(this.#options.folder, { recursive: true, force: true })
    const { pollMs, hurryMs } = this.#options.timing
    while (!signal.aborted) {
      await unlessAborted(this.#look(signal), signal)
      await this.#news.pause(this.#waiting.isUrgent ? hurryMs : pollMs, signal)
    }
    const copy = this.#current?.copy
    this.#current = null
    this.#renewed = Promise.withResolvers()
    await copy?.close()
  }

  /** Notes that the bucket is known to hold all up to `position`. */
  hear(position: Position): void {
    this.#waiting.hear(position)
  }

  /** Waits, `ms` milliseconds at most, until what is read holds all that `wanted` does. */
  reach(wanted: Position, ms: number): Promise<Reached> {
    return this.#waiting.reach(wanted, ms)
  }

  async #look(signal: AbortSignal): Promise<void> {
    const startedMs = performance.now()
    const result = await this.#lookAround(signal).catch((error) => this.#fail(error, signal))
    this.#waiting.ended({ startedMs, result })
  }

  async #lookAround(signal: AbortSignal): Promise<Look['result']> {
    const { store, base, clock, onChange, timing } = this.#options
    const atMs = clock()
    const current = this.#current
    const fetching = current && this.#fetch(current)
    // Whatever one of them fails with, the other ends within this look.
    const [lease] = await Promise.allSettled([readLease(store, base), fetching])
    if (lease.status === 'rejected') throw lease.reason
    const epoch = this.#lease.learn(lease.value)
    if (this.#lease.reached) this.hear(this.#lease.reached)
    const isSame = current?.copy.epoch === epoch
    const fetched = current && (isSame ? fetching : this.#goOn(current, epoch))
    if (!current || (await fetched) !== 'all' || current !== this.#current) {
      await this.#tryToRenew(epoch, signal)
      return 'incomplete'
    }
    // A process that slept meanwhile may have asked for a file when it was gone already.
    if (clock() - atMs >= timing.listMs) return 'incomplete'
    current.age.found(current.copy.txid, atMs)
    onChange({ kind: 'well' })
    return 'complete'
  }

  async #fetch({ copy, fetching }: Current): Promise<'all' | 'gap' | 'broken'> {
    try {
      return await fetching.run(Math.max(copy.continuedAt, this.#reachedIn(copy.epoch)))
    } catch (error) {
      if (!(error instanceof CopyEnded)) throw error
      this.#drop(copy, error.message)
      return 'broken'
    }
  }

  // An epoch that continues the one that was followed needs no restore.
  async #goOn(current: Current, epoch: number): Promise<'all' | 'gap' | 'broken'> {
    const { copy } = current
    if (!this.#lease.inRestorable({ epoch: copy.epoch, txid: copy.txid })) return 'gap'
    copy.continueIn(epoch, this.#lease.continuedAt)
    this.#options.onChange({ kind: 'continued', epoch })
    return this.#fetch(current)
  }

  async #tryToRenew(epoch: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const last = this.#failed
    if (epoch === last.epoch && clock() < last.untilMs) return
    try {
      await this.#renew(epoch, signal)
      this.#failed = { epoch: 0, pauseMs: 0, untilMs: 0 }
    } catch (error) {
      const pauseMs = epoch === last.epoch ? Math.min(last.pauseMs * 2, 15_000) : 500
      // A writer that is newer begins a new epoch.
      const isOlder = error instanceof ReaderProblem && error.code === 'older-schema'
      const untilMs = isOlder ? Number.POSITIVE_INFINITY : clock() + pauseMs
      this.#failed = { epoch, pauseMs, untilMs }
      throw error
    }
  }

  // The old copy is read until the new one is complete.
  async #renew(epoch: number, signal: AbortSignal): Promise<void> {
    const { base, folder, app, clock, onChange } = this.#options
    const [atMs, startMs] = [clock(), performance.now()]
    const read = this.position ?? this.#broken?.position
    const readTxid = (read && this.#lease.inRestorable(read)?.txid) ?? 0
    const atLeast = Math.max(readTxid, this.#lease.continuedAt, this.#reachedIn(epoch))
    const copy = await Copy.restore(base, epoch, atLeast, {
      folder: join(folder, randomUUID()),
      app,
      signal,
      stallMs: 15_000,
    })
    if (signal.aborted) return copy.close()
    const old = this.#current
    const fetching = new Fetching(copy, atMs, this.#options)
    this.#current = { copy, age: new Age(atMs), fetching }
    this.#restoreMs = performance.now() - startMs
    onChange({ kind: 'new', epoch, isNewer: copy.isNewer, ms: Math.round(this.#restoreMs) })
    this.#renewed.resolve()
    this.#news.ring()
    await old?.copy.close()
  }

  #reachedIn(epoch: number): number {
    const { reached } = this.#lease
    return reached?.epoch === epoch ? reached.txid : 0
  }

  #drop(copy: Copy, reason: string): void {
    if (this.#current?.copy !== copy) return
    this.#broken = { position: copy.position, knownAtMs: knownAt(this.#current) }
    this.#current = null
    this.#renewed = Promise.withResolvers()
    this.#options.onChange({ kind: 'broken', reason })
    // Not while whoever found it is still in the middle of it.
    setImmediate(() => copy.close().then(() => this.#news.ring()))
  }

  async #renewal(ms: number): Promise<void> {
    try {
      await withTimeout(ms, this.#renewed.promise, () => new ReaderProblem('copy-broken'))
    } catch (error) {
      this.#unread++
      throw error
    }
  }

  #fail(error: unknown, signal: AbortSignal): 'failed' {
    if (!signal.aborted) {
      if (!isExpected(error)) throw error
      this.#options.onChange({ kind: 'problem', error })
    }
    return 'failed'
  }
}

/** What `work` waits for after that is of no use any more. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  // Not one promise for all: it would keep each race that it was part of.
  const aborted = once(signal, 'abort', { signal: over.signal }).catch(() => {})
  try {
    await Promise.race([work, aborted])
  } finally {
    over.abort()
  }
}

function knownAt({ copy, age }: Current): number {
  return age.knownAt(copy.txid)
}
