/** An entry as it stands in a restored database. */
export type Restored = { id: number; message: string }

/** What clients sent and were told. Every message is sent once, but for being sent again. */
export class Ledger {
  readonly #sent = new Set<string>()
  readonly #acknowledged = new Map<string, number>()
  readonly #ids = new Map<number, string>()
  /** The epoch that each was acknowledged in first, where that was said. */
  readonly #epochs = new Map<string, number>()

  send(message: string): void {
    this.#sent.add(message)
  }

  /**
   * @param epoch that has it in the bucket, and so have all that begin later; null if it was not said
   * @returns what is wrong with this acknowledgement
   */
  acknowledge(message: string, id: number, epoch: number | null = null): string[] {
    const first = this.#epochs.get(message) ?? Number.POSITIVE_INFINITY
    if (epoch !== null && epoch < first) this.#epochs.set(message, epoch)
    const before = this.#acknowledged.get(message)
    const other = this.#ids.get(id)
    this.#acknowledged.set(message, id)
    this.#ids.set(id, message)
    return [
      ...(before !== undefined && before !== id
        ? [`"${message}" was acknowledged as entry ${before}, and again as entry ${id}`]
        : []),
      ...(other !== undefined && other !== message
        ? [`entry ${id} was acknowledged for "${other}" and for "${message}"`]
        : []),
    ]
  }

  /** What was acknowledged so far, as a copy: message and id. */
  get acknowledged(): Map<string, number> {
    return new Map(this.#acknowledged)
  }

  /** What was acknowledged by the end of an epoch. */
  acknowledgedUpTo(epoch: number): Map<string, number> {
    return new Map(
      [...this.#acknowledged].filter(([message]) => {
        return (this.#epochs.get(message) ?? Number.POSITIVE_INFINITY) <= epoch
      }),
    )
  }

  get count(): number {
    return this.#acknowledged.size
  }

  /** @returns what is wrong with a database restored after all of `acknowledged` was */
  check(restored: readonly Restored[], acknowledged: ReadonlyMap<string, number>): string[] {
    const problems: string[] = []
    const there = new Map<string, number>()
    for (const { id, message } of restored) {
      if (there.has(message)) problems.push(`doubled: "${message}" is there twice`)
      if (!this.#sent.has(message)) problems.push(`from nowhere: entry ${id}, "${message}"`)
      there.set(message, id)
    }
    for (const [message, id] of acknowledged) {
      const found = there.get(message)
      if (found === undefined) problems.push(`lost: "${message}", acknowledged as entry ${id}`)
      else if (found !== id) problems.push(`changed: "${message}" was entry ${id}, is ${found}`)
    }
    return problems
  }
}
