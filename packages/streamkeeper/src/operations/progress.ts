/** A terminal, a file, or another program. */
export type Output = { write(words: string): unknown; isTTY?: boolean }

/** Says what takes longer than a second: a line that changes on a terminal, some lines elsewhere. */
export class Progress implements Disposable {
  readonly #output: Output | null
  #isLineOpen = false

  /** @param output null for silence */
  constructor(output: Output | null) {
    this.#output = output
  }

  /** Says something at once. */
  say(words: string): void {
    this.#clear()
    this.#output?.write(`${words}\n`)
  }

  /** @param words asked each time that something is said */
  async during<T>(words: () => string, work: Promise<T>): Promise<T> {
    const startMs = performance.now()
    let ticks = 0
    const timer = setInterval(() => {
      const line = `${words()}, ${Math.round((performance.now() - startMs) / 1000)} s`
      if (this.#output?.isTTY) this.#change(line)
      else if (ticks++ % 10 === 0) this.say(line)
    }, 1_000)
    try {
      return await work
    } finally {
      clearInterval(timer)
    }
  }

  [Symbol.dispose](): void {
    this.#clear()
  }

  #change(line: string): void {
    this.#output?.write(`\r\x1b[K${line}`)
    this.#isLineOpen = true
  }

  #clear(): void {
    if (this.#isLineOpen) this.#output?.write('\r\x1b[K')
    this.#isLineOpen = false
  }
}
