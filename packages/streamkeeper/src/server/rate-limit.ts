import { hash, randomUUID } from 'node:crypto'

// 12 bytes each. Two clients that share one share the limit, so there are many.
const slots = 20_000
const minuteMs = 60_000

/** How often each client may do something in a minute. Its memory is bounded, whoever comes. */
export class RateLimit {
  readonly #aMinute: number
  readonly #now: () => number
  // Nobody can choose to share a slot with somebody else.
  readonly #key = randomUUID()
  readonly #counts = new Uint32Array(slots)
  readonly #ends = new Float64Array(slots)

  /** @param now in milliseconds, monotonic: a clock that is put back would shut clients out until then */
  constructor(aMinute: number, now: () => number = () => performance.now()) {
    this.#aMinute = aMinute
    this.#now = now
  }

  /** Counts one; returns null if that was allowed, else the seconds after which it will be. */
  take(client: string): number | null {
    const slot = this.#slot(client)
    const now = this.#now()
    const end = this.#ends[slot] ?? 0
    if (now >= end) {
      this.#ends[slot] = now + minuteMs
      this.#counts[slot] = 1
      return null
    }
    const count = (this.#counts[slot] ?? 0) + 1
    this.#counts[slot] = count
    return count <= this.#aMinute ? null : Math.max(1, Math.ceil((end - now) / 1_000))
  }

  #slot(client: string): number {
    return hash('sha256', this.#key + client, 'buffer').readUInt32BE() % slots
  }
}
