/**
 * Group commit: however many wait for their writes to be durable, one `sync` runs at a time, and
 * all who come while it runs share the next.
 */
export class GroupCommit {
  readonly #sync: () => Promise<void>
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | null = null

  /** @param sync makes durable all that was committed before it was called */
  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  /**
   * Resolves once all that was committed before the call is durable.
   *
   * @throws whatever the `sync` that was to make it so has thrown
   */
  durable(): Promise<void> {
    // Not the one that runs: it may have begun before the caller's commit.
    this.#next ??= this.#afterRunning()
    return this.#next
  }

  async #afterRunning(): Promise<void> {
    await this.#running
    const sync = this.#sync()
    this.#running = sync.catch(() => {})
    this.#next = null
    await sync
  }
}
