/**
 * Any number of reads at once, or one change: a change waits for the reads that have begun, and reads
 * for a change that waits. A read must not wait for another one.
 */
export class Turns {
  #reading = 0
  #idle = Promise.withResolvers<void>()
  #change: Promise<void> | null = null

  async read<Result>(call: () => Result): Promise<Awaited<Result>> {
    while (this.#change) await this.#change
    this.#reading++
    try {
      return await call()
    } finally {
      if (--this.#reading === 0) this.#idle.resolve()
    }
  }

  async change(call: () => void): Promise<void> {
    while (this.#change) await this.#change
    const ended = Promise.withResolvers<void>()
    this.#change = ended.promise
    try {
      this.#idle = Promise.withResolvers()
      if (this.#reading > 0) await this.#idle.promise
      call()
    } finally {
      this.#change = null
      ended.resolve()
    }
  }
}
