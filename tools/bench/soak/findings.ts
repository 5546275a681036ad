/** What is wrong with the app. */
export class Findings {
  readonly all: string[] = []
  readonly #serious = Promise.withResolvers<never>()
  #isClosed = false

  constructor() {
    this.#serious.promise.catch(() => {})
  }

  /** Notes something that makes the run fail at its end. */
  note(finding: string): void {
    if (this.#isClosed) return
    this.all.push(finding)
    console.error(`  WRONG at ${new Date().toISOString()}: ${finding}`)
  }

  /** Notes something after which there is nothing to be learned: the run is to end now. */
  end(finding: string): void {
    this.note(finding)
    this.#serious.reject(new Error(finding))
  }

  /** Takes no more: what happens while all is ended is nobody's fault. */
  close(): void {
    this.#isClosed = true
  }

  /** Rejects when the run is to end. */
  get serious(): Promise<never> {
    return this.#serious.promise
  }
}
