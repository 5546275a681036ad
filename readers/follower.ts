import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../db/open.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import type { Store } from '../replication/store/store.ts'
import { Age } from './age.ts'
import { Bell } from './bell.ts'
import { currentEpoch, newestTransaction } from './bucket.ts'
import { Copy } from './copy.ts'
import { OlderSchema } from './older-schema.ts'
import { holds, type Position } from './position.ts'
import type { ReadTransaction } from './replica-files.ts'

/** All in milliseconds. */
export type FollowerTiming = {
  /** How often the bucket is asked for news. */
  pollMs: number
  /** How often while somebody waits for them. */
  hurryMs: number
  /**
   * For how long no file that is missing can have been there and gone: Litestream keeps those of
   * level 0 for five minutes. After that all files are listed.
   */
  listMs: number
  /** How long Litestream may take to apply what was fetched. */
  stallMs: number
}

export const followerTiming: FollowerTiming = {
  pollMs: 1_000,
  hurryMs: 50,
  listMs: 60_000,
  stallMs: 10_000,
}

/** What became of the copy. */
export type Change =
  | { kind: 'new'; epoch: number; isNewer: boolean; ms: number }
  /** What was read may be there in part now, so it is read no more. */
  | { kind: 'broken'; reason: string }
  | { kind: 'problem'; error: ReplicationProblem | OlderSchema | NoCopyYet }
  | { kind: 'well' }

/** The writer has not made a copy in the bucket. */
export class NoCopyYet extends Error {
  readonly code = 'no-copy-yet'

  constructor() {
    super('There is nothing to read yet: the writer makes the first copy when it first writes.')
  }
}

export type FollowerOptions = {
  store: Pick<Store, 'read' | 'list'>
  transaction: ReadTransaction
  /** The base URL of the replica. */
  base: string
  /** For the copies alone: what is in there is deleted. */
  folder: string
  migrations: string
  timing: FollowerTiming
  /** Monotonic also while the machine sleeps, in milliseconds. */
  clock: () => number
  onChange: (change: Change) => void
}

type Current = {
  copy: Copy
  age: Age
  listedAtMs: number
  /** How far Litestream was, and since when it is no further although there is more. */
  progress: { txid: number; atMs: number }
}

// As many files are asked for at once while there is much to fetch.
const mostAtOnce = 16

/** Keeps a copy of what is in the bucket; touches nothing there. */
export class Follower {
  readonly #options: FollowerOptions
  readonly #news = new Bell()
  #copy: Current | null = null
  /** The epoch that could not be restored, and when it is tried again. */
  #failed = { epoch: 0, pauseMs: 0, untilMs: 0 }
  #waiting = 0
  #restoreMs = 0

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  /** The state that is read now; null if none is. */
  get position(): Position | null {
    return this.#copy?.copy.position ?? null
  }

  /** null if nothing is read. */
  get path(): string | null {
    return this.#copy?.copy.path ?? null
  }

  /** How long ago what is read was for certain all that was in the bucket, in milliseconds. */
  get ageMs(): number {
    if (!this.#copy) return 0
    const { copy, age } = this.#copy
    return Math.max(0, this.#options.clock() - age.knownAt(copy.position.txid))
  }

  /** How long the last restore took, in milliseconds. */
  get restoreMs(): number {
    return this.#restoreMs
  }

  /** @throws {NoCopyYet} where there is nothing to read */
  read<Result>(call: (database: Database) => Result): Result {
    if (!this.#copy) throw new NoCopyYet()
    return this.#copy.copy.read(call)
  }

  /** Follows until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    rmSync(this.#options.folder, { recursive: true, force: true })
    while (!signal.aborted) {
      await this.#look(signal).catch((error) => this.#fail(error, signal))
      const { pollMs, hurryMs } = this.#options.timing
      await this.#news.pause(this.#waiting > 0 ? hurryMs : pollMs, signal)
    }
    await this.#copy?.copy.close()
    this.#copy = null
  }

  /** Waits, `ms` milliseconds at most, until what is read holds all that `wanted` does; asks at once. */
  async reach(wanted: Position, ms: number): Promise<boolean> {
    const endsAtMs = performance.now() + ms
    const isThere = () => this.position !== null && holds(this.position, wanted)
    if (isThere()) return true
    this.#waiting++
    try {
      this.#news.ring()
      while (performance.now() < endsAtMs) {
        await sleep(10)
        if (isThere()) return true
      }
      return false
    } finally {
      this.#waiting--
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { store, base, clock, onChange, timing } = this.#options
    const atMs = clock()
    const current = this.#copy
    const [epoch, isComplete] = await Promise.all([
      currentEpoch(store, base),
      current && this.#fetch(current),
    ])
    if (epoch === null) throw new NoCopyYet()
    if (current && current === this.#copy && current.copy.epoch === epoch && isComplete) {
      // A process that slept meanwhile may have asked for a file when it was gone already.
      if (clock() - atMs < timing.listMs) current.age.found(current.copy.fetched, atMs)
      this.#watch(current)
      onChange({ kind: 'well' })
    } else {
      await this.#tryToRenew(epoch, signal)
    }
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
      const untilMs = error instanceof OlderSchema ? Number.POSITIVE_INFINITY : clock() + pauseMs
      this.#failed = { epoch, pauseMs, untilMs }
      throw error
    }
  }

  /** @returns false if there is more than what can be fetched file by file */
  async #fetch(current: Current): Promise<boolean> {
    const { store, transaction, clock, timing } = this.#options
    const { copy } = current
    let newest = 0
    const atMs = clock()
    if (atMs - current.listedAtMs > timing.listMs) {
      newest = await newestTransaction(store, copy.epoch)
      current.listedAtMs = atMs
    }
    for (let atOnce = 1; ; atOnce = Math.min(atOnce * 2, mostAtOnce)) {
      const wanted = Array.from({ length: atOnce }, (_, index) => copy.fetched + 1 + index)
      const files = await Promise.all(wanted.map((txid) => transaction(copy.epoch, txid)))
      for (const file of files) {
        if (!file) return copy.fetched >= newest
        if (this.#copy?.copy === copy) copy.bring(file)
      }
    }
  }

  // The old copy is read until the new one is complete.
  async #renew(epoch: number, signal: AbortSignal): Promise<void> {
    const { base, folder, migrations, clock, onChange } = this.#options
    const [atMs, startMs] = [clock(), performance.now()]
    const copy = await Copy.restore(base, epoch, {
      // Never a name again: a Litestream that has outlived its process may still write there.
      folder: join(folder, randomUUID()),
      migrations,
      signal,
      stallMs: 15_000,
    })
    const old = this.#copy
    const progress = { txid: copy.fetched, atMs }
    this.#copy = { copy, age: new Age(atMs), listedAtMs: atMs, progress }
    this.#restoreMs = performance.now() - startMs
    copy.broken.then((reason) => this.#drop(copy, reason))
    onChange({ kind: 'new', epoch, isNewer: copy.isNewer, ms: Math.round(this.#restoreMs) })
    this.#news.ring()
    await old?.copy.close()
  }

  #watch(current: Current): void {
    const { clock, timing } = this.#options
    const { copy, progress } = current
    const { txid } = copy.position
    if (txid === copy.fetched || txid > progress.txid) current.progress = { txid, atMs: clock() }
    else if (clock() - progress.atMs > timing.stallMs) copy.abandon()
  }

  #drop(copy: Copy, reason: string): void {
    if (this.#copy?.copy !== copy) return
    this.#copy = null
    this.#options.onChange({ kind: 'broken', reason })
    copy.close().then(() => this.#news.ring())
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return
    const isExpected =
      error instanceof ReplicationProblem ||
      error instanceof OlderSchema ||
      error instanceof NoCopyYet
    if (!isExpected) throw error
    this.#options.onChange({ kind: 'problem', error })
  }
}
