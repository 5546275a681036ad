import { setTimeout } from 'node:timers/promises'
import { expect } from '@playwright/test'
import { postEntry } from './api-client.ts'

/** What clients have sent and were told while the app behind `url` comes and goes. */
export class History {
  readonly acknowledged = new Set<string>()
  /** Answers other than success, and 0 for none at all. */
  readonly failedWrites: number[] = []
  readonly failedReads: number[] = []
  /** The longest times between two successes, in milliseconds. */
  longestWriteGapMs = 0
  longestReadGapMs = 0
  readonly #sent = new Set<string>()
  readonly #url: () => string
  readonly #clients: Promise<void>[]
  #lastWrite = performance.now()
  #lastRead = performance.now()
  #ending = false
  #givenUp = false

  /** @param url where the app is at the moment */
  constructor(url: () => string, { writers = 8, readers = 0 } = {}) {
    this.#url = url
    this.#clients = [
      ...Array.from({ length: writers }, (_, writer) => this.#write(writer)),
      ...Array.from({ length: readers }, () => this.#read()),
    ]
  }

  /** Resolves after so many more acknowledgements. */
  async grows(by = 30, timeout = 40_000): Promise<void> {
    const size = this.acknowledged.size + by
    await expect.poll(() => this.acknowledged.size, { timeout }).toBeGreaterThan(size)
  }

  /** Begins to measure the gaps. */
  resetGaps(): void {
    this.#lastWrite = performance.now()
    this.#lastRead = performance.now()
    this.longestWriteGapMs = 0
    this.longestReadGapMs = 0
  }

  /** Ends whether or not the clients are ever told. */
  giveUp(): void {
    this.#ending = true
    this.#givenUp = true
  }

  /** Returns when each client was told of its last request. */
  async end(): Promise<void> {
    this.#ending = true
    await Promise.all(this.#clients)
  }

  /** Checks what was restored from the bucket against what the clients were told before. */
  check(restored: string[], acknowledged: Iterable<string> = this.acknowledged): void {
    const there = new Set(restored)
    expect(
      [...acknowledged].filter((message) => !there.has(message)),
      'lost',
    ).toEqual([])
    expect(restored.length - there.size, 'doubled').toBe(0)
    expect(
      [...there].filter((message) => !this.#sent.has(message)),
      'from nowhere',
    ).toEqual([])
  }

  async #write(writer: number): Promise<void> {
    for (let number = 1; !this.#ending; number++) {
      const message = `${writer}.${number}`
      this.#sent.add(message)
      // The message is its own idempotency key.
      while (!this.#givenUp) {
        const status = await postEntry(this.#url(), message, message)
        if (status === 201) break
        this.failedWrites.push(status)
        await setTimeout(50)
      }
      if (this.#givenUp) return
      this.acknowledged.add(message)
      const now = performance.now()
      this.longestWriteGapMs = Math.max(this.longestWriteGapMs, now - this.#lastWrite)
      this.#lastWrite = now
    }
  }

  async #read(): Promise<void> {
    for (let number = 0; !this.#ending; number++) {
      // The front page counts its visitor, and is shown whether or not that can be.
      const status = await readPage(this.#url() + (number % 2 ? '/' : '/guestbook'))
      const now = performance.now()
      if (status === 200) {
        this.longestReadGapMs = Math.max(this.longestReadGapMs, now - this.#lastRead)
        this.#lastRead = now
      } else this.failedReads.push(status)
      await setTimeout(20)
    }
  }
}

/** Returns the status of the answer; 0 where there was none, or it broke off. */
async function readPage(url: string): Promise<number> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) })
    await answer.text()
    return answer.status
  } catch {
    return 0
  }
}
