/** Tells what is new from what is only tried and refused again, so that a log says it once. */
export class News {
  #last: { what: string; at: number } | null = null
  readonly #now: () => number
  readonly #againAfterMs: number

  constructor(now: () => number = () => performance.now(), againAfterMs = 600_000) {
    this.#now = now
    this.#againAfterMs = againAfterMs
  }

  /** Whether it is something else than the last time, or that was ten minutes ago. */
  isNew(what: string): boolean {
    const at = this.#now()
    const last = this.#last
    if (last?.what === what && at - last.at < this.#againAfterMs) return false
    this.#last = { what, at }
    return true
  }

  /** It is over: should it come again, it is new. */
  end(): void {
    this.#last = null
  }
}
