import { randomUUID } from 'node:crypto'
import type { Reached } from '../stores/epochs.ts'
import type { Store, Stored } from '../stores/store.ts'
import { adopt, findPlain, type Plain } from './adopt.ts'
import type { Barred } from './barred.ts'
import { type LeaseObject, leaseName, type Me, parseLease } from './lease-object.ts'
import { hasRunOut } from './run-out.ts'

/** All in milliseconds; docs/guarantee.md says how they follow from each other. */
export type Timing = {
  /** How long a holder counts on its lease, from before it sent a renewal, by its own clock. */
  ttlMs: number
  renewMs: number
  /** How far off an age can be that the store's clock tells. */
  storeClockMs: number
}

// Cloud Storage cuts its times off to whole seconds: an age is up to one too high. The other one is for
// two machines of Google's that tell the two times.
export const defaultTiming: Timing = { ttlMs: 4_000, renewMs: 1_500, storeClockMs: 2_000 }

/** What the store says, at one moment. */
export type View = {
  /** null where there is no lease. */
  generation: string | null
  /** What is there, or what a first lease would be made from. */
  lease: LeaseObject
  /** Whether anybody could still write what the restorable epoch's readers must see. */
  isHeldByOther: boolean
  /** How long ago it was renewed, by the store's clock. */
  renewedMsAgo: number
  /** Whether there is neither a lease nor a replica. */
  isEmpty: boolean
  /** Why the one of two replicas without epochs is what is restored; absent where that is no question. */
  why?: string
}

export type { Reached }

/** What an instance decides by whether it may lead. */
export type Seen = Pick<View, 'lease' | 'isHeldByOther'>

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
  #held: Held | null = null
  /** The generation that was there when it was last looked, and since when by `waitClock`. */
  #seen: { generation: string; sinceMs: number } | null = null
  /** How long the last call of `keep` took. */
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
    const stored = await this.#store.read(leaseName)
    const view = await (stored ? this.#view(stored) : this.#firstView())
    this.#bar = this.#options.barOf(view)
    return view
  }

  async #firstView(): Promise<View> {
    const { epoch, plain } = await adopt(this.#store, this.#url)
    return {
      generation: null,
      isHeldByOther: false,
      renewedMsAgo: 0,
      isEmpty: epoch === 0 && !plain,
      ...begunFrom(plain, this.#first(epoch)),
    }
  }

  async #view(stored: Stored): Promise<View> {
    const lease = parseLease(stored.body, this.me.service, this.#url)
    const plain = lease.restorable > 0 ? null : await findPlain(this.#store, lease.adopted)
    return {
      generation: stored.generation,
      isHeldByOther: this.#isHeldByOther(lease, stored),
      renewedMsAgo: renewedMsAgo(lease, stored),
      isEmpty: false,
      ...begunFrom(plain, lease),
    }
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
  async requestHandover(): Promise<void> {
    const stored = await this.#store.read(leaseName)
    if (!stored) return
    const lease = parseLease(stored.body, this.me.service, this.#url)
    if (!lease.holder || lease.wantedBy) return
    const renewedAt = lease.renewedAt ?? stored.updatedAt
    const body = this.#body({ ...lease, renewedAt, wantedBy: this.me.id })
    // A conflict is a renewal or a release: whoever waits looks again.
    const written = await this.#store.write(leaseName, body, stored.generation)
    // Nobody has renewed it in between.
    if (written.outcome === 'written' && this.#seen?.generation === stored.generation) {
      this.#seen = { ...this.#seen, generation: written.generation }
    }
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

  #first(epoch: number): LeaseObject {
    const { service } = this.me
    const { ttlMs } = this.#options.timing
    return {
      ...{ version: 1, service, holder: null, epoch, restorable: epoch },
      ...{ restoredFrom: 0, obsolete: [], ttlMs, token: '' },
    }
  }

  #isHeldByOther(lease: LeaseObject, stored: Stored): boolean {
    const unchangedMs = this.#unchangedMs(stored)
    if (!lease.holder || lease.holder.id === this.me.id) return false
    const { storeClockMs } = this.#options.timing
    const ageMs = renewedMsAgo(lease, stored)
    // The holder's own time, of whatever release it is.
    return !hasRunOut({ ttlMs: lease.ttlMs, ageMs, storeClockMs, unchangedMs })
  }

  // From after the answer: what it shows may have been written just before the store gave it.
  #unchangedMs({ generation }: Stored): number {
    const now = this.#options.waitClock()
    if (this.#seen?.generation !== generation) this.#seen = { generation, sinceMs: now }
    return now - this.#seen.sinceMs
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
    const written = await this.#store.write(leaseName, this.#body(lease), ifGeneration)
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

  #body(lease: LeaseObject): string {
    return `${JSON.stringify({ ...lease, token: this.#options.token() })}\n`
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

/** How long ago the lease was renewed, by the store's clock. */
export function renewedMsAgo({ renewedAt }: LeaseObject, { storeNow, updatedAt }: Stored): number {
  return storeNow - (renewedAt ?? updatedAt)
}

/** Whether its holder may still count on the lease, for who looks only once. */
export function isHeldByAge(lease: LeaseObject, stored: Stored): boolean {
  const { storeClockMs } = defaultTiming
  const ageMs = renewedMsAgo(lease, stored)
  return !hasRunOut({ ttlMs: lease.ttlMs, ageMs, storeClockMs, unchangedMs: 0 })
}

function begunFrom(plain: Plain | null, lease: LeaseObject): Pick<View, 'lease' | 'why'> {
  if (!plain) return { lease }
  return { lease: { ...lease, adopted: plain.layout }, ...(plain.why && { why: plain.why }) }
}
