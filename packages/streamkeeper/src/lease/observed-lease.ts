import type { Store, Stored } from '../stores/store.ts'
import { adopt, findPlain, type Plain } from './adopt.ts'
import { type LeaseObject, leaseName, leaseText, type Me, parseLease } from './lease-object.ts'
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

/** What an instance decides by whether it may lead. */
export type Seen = Pick<View, 'lease' | 'isHeldByOther'>

type Options = { timing: Timing; waitClock: () => number; token: () => string }

/** The lease as an instance sees it, whoever holds it. */
export class ObservedLease {
  readonly #store: Store
  readonly #url: string
  readonly #me: Me
  readonly #options: Options
  /** The generation that was there when it was last looked, and since when by `waitClock`. */
  #seen: { generation: string; sinceMs: number } | null = null

  constructor(store: Store, url: string, me: Me, options: Options) {
    this.#store = store
    this.#url = url
    this.#me = me
    this.#options = options
  }

  async read(): Promise<View> {
    const stored = await this.#store.read(leaseName)
    return stored ? this.#view(stored) : this.#firstView()
  }

  /** Asks its holder to hand it over. */
  async requestHandover(): Promise<void> {
    const stored = await this.#store.read(leaseName)
    if (!stored) return
    const lease = parseLease(stored.body, this.#me.service, this.#url)
    if (!lease.holder || lease.wantedBy) return
    const renewedAt = lease.renewedAt ?? stored.updatedAt
    const token = this.#options.token()
    const body = leaseText({ ...lease, renewedAt, wantedBy: this.#me.id, token })
    // A conflict is a renewal or a release: whoever waits looks again.
    const written = await this.#store.write(leaseName, body, stored.generation)
    // Nobody has renewed it in between.
    if (written.outcome === 'written' && this.#seen?.generation === stored.generation) {
      this.#seen = { ...this.#seen, generation: written.generation }
    }
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
    const lease = parseLease(stored.body, this.#me.service, this.#url)
    const plain = lease.restorable > 0 ? null : await findPlain(this.#store, lease.adopted)
    return {
      generation: stored.generation,
      isHeldByOther: this.#isHeldByOther(lease, stored),
      renewedMsAgo: renewedMsAgo(lease, stored),
      isEmpty: false,
      ...begunFrom(plain, lease),
    }
  }

  #first(epoch: number): LeaseObject {
    const { service } = this.#me
    const { ttlMs } = this.#options.timing
    return {
      ...{ version: 1, service, holder: null, epoch, restorable: epoch },
      ...{ restoredFrom: 0, obsolete: [], ttlMs, token: '' },
    }
  }

  #isHeldByOther(lease: LeaseObject, stored: Stored): boolean {
    const unchangedMs = this.#unchangedMs(stored)
    if (!lease.holder || lease.holder.id === this.#me.id) return false
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
