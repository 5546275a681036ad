/** Since when a copy is known to have held all that was in the bucket. */
export class Age {
  #knownAtMs: number
  #found: { txid: number; atMs: number }[] = []

  /** @param atMs when it was restored, by a monotonic clock */
  constructor(atMs: number) {
    this.#knownAtMs = atMs
  }

  /** Notes that at `atMs` the bucket held nothing after transaction `txid`. */
  found(txid: number, atMs: number): void {
    this.#found.push({ txid, atMs })
  }

  /** When a copy at transaction `applied` was last known to be what the bucket held. */
  knownAt(applied: number): number {
    while (this.#found[0] && this.#found[0].txid <= applied) {
      this.#knownAtMs = this.#found.shift()?.atMs ?? this.#knownAtMs
    }
    return this.#knownAtMs
  }
}
