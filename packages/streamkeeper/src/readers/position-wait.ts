import { withTimeout } from '../with-timeout.ts'
import { holds, later, type Position } from './position.ts'

/** A look at the bucket that has ended; `complete` found all that was there. */
export type Look = { startedMs: number; result: 'complete' | 'incomplete' | 'failed' }

/** Whether a copy holds a position: not yet, or never, as nobody was ever told of that one. */
export type Reached = 'reached' | 'not-yet' | 'made-up'

type Options = {
  /** What is read; null if nothing is. */
  position: () => Position | null
  /** Has the next look begin at once. */
  ring: () => void
  clock: () => number
  /** For how long, after somebody has made a position up, no look is begun for one that isn't known. */
  distrustMs: number
}

/**
 * Those who wait until the copy holds what they were told is in the bucket. Anybody may name a
 * position, so one that isn't known has at most one look begin early, and one look settles it: all
 * that anybody was told of was in the bucket before.
 */
export class PositionWait {
  readonly #options: Options
  #look = Promise.withResolvers<Look>()
  #known: Position | null = null
  #hurrying = 0
  #distrustUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: Options) {
    this.#options = options
  }

  /** Whether somebody waits for what is known to be there. */
  get isUrgent(): boolean {
    return this.#hurrying > 0
  }

  /** Notes that the bucket is known to hold all up to `position`. */
  hear(position: Position): void {
    this.#known = later(this.#known, position)
  }

  /** Tells all who wait that a look has ended. */
  ended(look: Look): void {
    const { resolve } = this.#look
    this.#look = Promise.withResolvers()
    resolve(look)
  }

  /** Waits, `ms` milliseconds at most, until the copy holds all that `wanted` does. */
  async reach(wanted: Position, ms: number): Promise<Reached> {
    const startMs = performance.now()
    if (this.#isThere(wanted)) return 'reached'
    const isKnown = this.#known !== null && holds(this.#known, wanted)
    if (isKnown || this.#options.clock() >= this.#distrustUntilMs) this.#options.ring()
    if (isKnown) this.#hurrying++
    try {
      for (;;) {
        const look = await this.#nextLook(startMs + ms - performance.now())
        if (this.#isThere(wanted)) return 'reached'
        if (!look) return 'not-yet'
        if (isKnown || look.startedMs < startMs || look.result === 'incomplete') continue
        if (look.result === 'failed') return 'not-yet'
        this.#distrustUntilMs = this.#options.clock() + this.#options.distrustMs
        return 'made-up'
      }
    } finally {
      if (isKnown) this.#hurrying--
    }
  }

  #isThere(wanted: Position): boolean {
    const position = this.#options.position()
    return position !== null && holds(position, wanted)
  }

  #nextLook(ms: number): Promise<Look | null> {
    return withTimeout(ms, this.#look.promise, () => new Error('late')).catch(() => null)
  }
}
