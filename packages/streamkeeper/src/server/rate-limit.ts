import { createHmac, randomBytes } from 'node:crypto'
// Not from the package's index, which loads its clients for a dozen databases: 20 to 50 ms.
import RateLimiterMemory from 'rate-limiter-flexible/lib/RateLimiterMemory.js'

// Each takes 360 bytes for a minute. Two clients that share one share the limit, so there are many.
const slots = 20_000

/** How often each client may do something in a minute. Its memory is bounded, whoever comes. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory
  // Nobody can choose to share a slot with somebody else.
  readonly #key = randomBytes(16)

  constructor(aMinute: number) {
    this.#limiter = new RateLimiterMemory({ points: aMinute, duration: 60 })
  }

  /** Counts one; returns null if that was allowed, else the seconds after which it will be. */
  async take(client: string): Promise<number | null> {
    // What consume() does, which rejects with something that is no error.
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(this.#slot(client))
    if (consumedPoints <= this.#limiter.points) return null
    return Math.max(1, Math.ceil(msBeforeNext / 1000))
  }

  #slot(client: string): number {
    return createHmac('sha256', this.#key).update(client).digest().readUInt32BE() % slots
  }
}
