import { randomUUID } from 'node:crypto'
import type { Reached } from '../stores/epochs.ts'
import type { Store } from '../stores/store.ts'
import type { Barred } from './barred.ts'
import { type LeaseObject, leaseName, leaseText, type Me, parseLease } from './lease-object.ts'
import {
  defaultTiming,
  isHeldByAge,
  ObservedLease,
  renewedMsAgo,
  type Seen,
  type Timing,
  type View,
} from './observed-lease.ts'

export type { Reached }
export { defaultTiming, isHeldByAge, renewedMsAgo, type Seen, type Timing, type View }

type Options = {
  timing: Timing
  /** By which a lease is held, in milliseconds: monotonic, and never late. */
  clock: () => number
  /** By which another's lease is waited for: monotonic, and never early. */
  waitClock: () => number
  token: () => string
  /** The newest that this release knows, which tells others what they can read. */
  migration: number | undefined
  /** Asked with each look why this instance may not lead; null where it may. */
  barOf: (seen: Seen) => Barred | null
}

type Held = { generation: string; lease: LeaseObject; renewedAtMs: number }

const defaults: Options = {
  timing: defaultTiming,
  clock: () => performance.now(),
  waitClock: () => performance.now(),
  token: randomUUID,
  migration: undefined,
  barOf: () => null,
}

// More than a day of deploys, and few enough to be written with each renewal.
const mostObsolete = 100

/** The writer lease, as one instance sees and holds it. */
export class Lease {
  readonly me: Me
  readonly #store: Store
  readonly #url: string
  readonly #options: Options
  readonly #observed: ObservedLease
  #held: Held | null = null
  /** How long the last call of `renew` took. */
  #tookMs = 0
  #isReleasing = false
  #reachedTxid = 0
  #bar: Barred | null = null
  #last: Promise<unknown> = Promise.resolve()

  /** @param url names the store in errors */
  constructor(store: Store, url: string, me: Me, options: Partial<Options> = {}) {
    this.#store = store
    this.#url = url
    this.me = me
    this.#options = { ...defaults, ...options }
    this.#observed = new ObservedLease(store, url, me, this.#options)
  }

  /**
   * Whether this instance leads for certain: counted from before its last renewal was sent, so it
   * ends before anybody else may acquire.
   */
  get isValid(): boolean {
    if (!this.#held || this.#isReleasing) return false
    return this.#options.clock() - this.#held.renewedAtMs < this.#options.timing.ttlMs
  }

  /** Why this instance may not lead, as the lease was when it was last looked at; null where it may. */
  get bar(): Barred | null {
    return this.#bar
  }

  /** Whether what is in the bucket now is what every later leader will restore. */
  get canAcknowledge(): boolean {
    return this.isValid && this.#held?.lease.restorable === this.#held?.lease.epoch
  }

  /**
   * Notes that the bucket has an epoch up to a transaction: the next renewal, or the release, says so
   * to whoever restores it. Does nothing if that epoch is not the one that is led.
   */
  noteReached({ epoch, txid }: Reached): void {
    if (this.#held?.lease.epoch !== epoch) return
    this.#reachedTxid = Math.max(this.#reachedTxid, txid)
  }

  /**
   * Looks without touching anything.
   *
   * @throws {ReplicationProblem} if the store doesn't answer, or the lease isn't ours to read
   */
  async read(): Promise<View> {
    const view = await this.#observed.read()
    this.#bar = this.#options.barOf(view)
    return view
  }

  /**
   * Takes the lease, and with it a new epoch, if nobody holds it.
   *
   * @returns what was there before, and whether it is ours now
   * @throws {ReplicationProblem} if that isn't known
   * @throws {Barred} if this instance may not lead, before anything is written
   */
  acquire(): Promise<{ before: View; acquired: boolean; epoch: number }> {
    return this.#oneAtATime(async () => {
      const before = await this.read()
      const bar = this.#options.barOf(before)
      if (bar) throw bar
      const { renewedAt: _, wantedBy: __, ...rest } = before.lease
      const { service: ___, ...me } = this.me
      const holder = { ...me, migration: this.#options.migration }
      const epoch = rest.epoch + 1
      const next = { ...rest, holder, epoch, ttlMs: this.#options.timing.ttlMs }
      const acquired = !before.isHeldByOther && (await this.#write(next, before.generation))
      if (acquired) this.#reachedTxid = 0
      return { before, acquired, epoch }
    })
  }

  /**
   * Asks whoever holds the lease to hand it over. Their renewal still counts from when they made it.
   *
   * @throws {ReplicationProblem} if the store doesn't answer
   */
  requestHandover(): Promise<void> {
    return this.#observed.requestHandover()
  }

  /**
   * Keeps the lease: renews it when that is due, and looks at it in between.
   *
   * @throws {ReplicationProblem} if the store doesn't answer; the lease may be valid all the same
   */
  renew(): Promise<'renewed' | 'wanted' | 'lost'> {
    return this.#oneAtATime(async () => {
      if (!this.#held) return 'lost'
      const startMs = this.#options.clock()
      // While the store is slow, a look in between would be over only after the renewal was due.
      const isDue = startMs - this.#held.renewedAtMs + this.#tookMs >= this.#options.timing.renewMs
      try {
        const isHeld = (isDue && (await this.#change({}))) || (await this.#isStillHeld())
        if (!isHeld) return 'lost'
        return this.#held.lease.wantedBy ? 'wanted' : 'renewed'
      } finally {
        this.#tookMs = this.#options.clock() - startMs
      }
    })
  }

  /**
   * Makes this leadership's epoch the one that is restored from now on: its copy is complete.
   *
   * @param now milliseconds since 1970, noted for the retention of the epochs before
   * @param begunWith the state that it was begun with; null where that is not known
   * @param continued whether it began as a copy of the restorable epoch's files up to that state
   * @returns the lease then; null if it was lost
   * @throws {ReplicationProblem} if the store doesn't answer
   */
  publishEpoch(
    now: number,
    {
      begunWith = null,
      continued = false,
    }: { begunWith?: Reached | null; continued?: boolean } = {},
  ): Promise<LeaseObject | null> {
    return this.#oneAtATime(async () => {
      const done = await this.#insist(({ epoch, restorable, obsolete }) => {
        // It was done before, and the answer was lost.
        if (restorable === epoch) return {}
        const was = { upTo: epoch - 1, since: now, was: restorable }
        const from = begunWith?.epoch === restorable && {
          txid: begunWith.txid,
          ...(continued && { continued }),
        }
        return {
          restorable: epoch,
          restoredFrom: restorable,
          obsolete: thinned([...obsolete, { ...was, ...from }]),
          schema: this.#schema(),
        }
      })
      return done ? (this.#held?.lease ?? null) : null
    })
  }

  /** Notes which epochs were removed. */
  pruneObsolete(removedUpTo: number): Promise<void> {
    return this.#oneAtATime(async () => {
      await this.#insist(({ obsolete }) => ({
        obsolete: obsolete.filter(({ upTo }) => upTo > removedUpTo),
      }))
    })
  }

  /**
   * Gives the lease back.
   *
   * @returns the generation that it has then; null if it was another's already
   * @throws {ReplicationProblem} if that isn't known: others wait for it to run out
   */
  release(): Promise<string | null> {
    // From now on: the release may take effect long before its answer comes.
    this.#isReleasing = true
    return this.#oneAtATime(async () => {
      try {
        const released = await this.#insist(() => ({ holder: null, wantedBy: undefined }))
        return released ? (this.#held?.generation ?? null) : null
      } finally {
        this.#held = null
        this.#isReleasing = false
      }
    })
  }

  #schema(): LeaseObject['schema'] {
    if (this.#options.migration === undefined) return undefined
    return { migration: this.#options.migration, release: this.me.revision }
  }

  // A change fails when somebody asked for the lease meanwhile, and is tried on what they wrote.
  async #insist(change: (lease: LeaseObject) => Partial<LeaseObject>): Promise<boolean> {
    for (let tries = 0; tries < 5 && this.#held; tries++) {
      if (await this.#change(change(this.#held.lease))) return true
      if (!(await this.#isStillHeld())) return false
    }
    return false
  }

  async #change(change: Partial<LeaseObject>): Promise<boolean> {
    if (!this.#held) return false
    const { renewedAt: _, ...lease } = { ...this.#held.lease, ...change }
    const { epoch, restorable } = lease
    // A release before these fields has left them out where it asked for the lease.
    const known = restorable === epoch && {
      reached: { epoch, txid: this.#reachedTxid },
      schema: this.#schema(),
    }
    return this.#write({ ...lease, ...known }, this.#held.generation)
  }

  async #write(lease: LeaseObject, ifGeneration: string | null): Promise<boolean> {
    const renewedAtMs = this.#options.clock()
    const text = leaseText({ ...lease, token: this.#options.token() })
    const written = await this.#store.write(leaseName, text, ifGeneration)
    if (written.outcome === 'conflict') return false
    this.#held = { generation: written.generation, lease, renewedAtMs }
    return true
  }

  async #isStillHeld(): Promise<boolean> {
    const stored = await this.#store.read(leaseName)
    if (stored && this.#held) {
      const lease = parseLease(stored.body, this.me.service, this.#url)
      if (lease.holder?.id === this.me.id && lease.epoch === this.#held.lease.epoch) {
        this.#held = { ...this.#held, generation: stored.generation, lease }
        return true
      }
    }
    this.#held = null
    return false
  }

  #oneAtATime<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#last.then(run)
    this.#last = result.catch(() => {})
    return result
  }
}

// Of those long ago every other one goes: what is left tells of all before it when it may be removed.
function thinned(obsolete: LeaseObject['obsolete']): LeaseObject['obsolete'] {
  if (obsolete.length <= mostObsolete) return obsolete
  return obsolete.filter((_, index) => index % 2 === 0 || index > mostObsolete / 2)
}
