import { random } from '../../test-tools/random.ts'

type Event = { at: number; order: number; owner: Owner | null; run: () => void }

/** What can be frozen and killed: nothing of it runs meanwhile, or ever again. */
export type Owner = { frozenUntil: number; isDead: boolean }

/** Virtual time: it passes only when nobody has anything left to do. */
export class World {
  readonly random: () => number
  now = 1_000_000
  #events: Event[] = []
  #order = 0

  constructor(seed: number) {
    this.random = random(seed)
  }

  /** Resolves after so many virtual milliseconds, and not while the owner is frozen. */
  sleep(ms: number, owner: Owner | null = null): Promise<void> {
    return new Promise((run) => this.at(this.now + ms, run, owner))
  }

  at(time: number, run: () => void, owner: Owner | null = null): void {
    this.#put({ at: time, order: this.#order++, owner, run })
  }

  /** A time from 0 to `most`, mostly short. */
  delay(most: number): number {
    return Math.floor(this.random() ** 3 * most)
  }

  async runUntil(end: number): Promise<void> {
    while (true) {
      // All that is under way goes on until it waits for virtual time.
      await new Promise((resolve) => setImmediate(resolve))
      const next = this.#take()
      if (!next || next.at > end) return
      this.now = Math.max(this.now, next.at)
      next.run()
    }
  }

  #take(): Event | undefined {
    const next = this.#events.pop()
    if (!next?.owner) return next
    if (next.owner.isDead) return this.#take()
    if (next.owner.frozenUntil <= Math.max(this.now, next.at)) return next
    this.#put({ ...next, at: next.owner.frozenUntil })
    return this.#take()
  }

  // The next one stands last.
  #put(event: Event): void {
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.#events[middle]
      if (other && isBefore(event, other)) low = middle + 1
      else high = middle
    }
    this.#events.splice(low, 0, event)
  }
}

function isBefore(event: Event, other: Event): boolean {
  return event.at < other.at || (event.at === other.at && event.order < other.order)
}
