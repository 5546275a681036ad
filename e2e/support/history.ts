import { setTimeout } from 'node:timers/promises'
import { expect } from '@playwright/test'
import { postEntry } from './api-client.ts'

/** What clients have sent and were told while the app behind `url` comes and goes. */
export class History {
  readonly acknowledged = new Set<string>()
  readonly #sent = new Set<string>()
  readonly #url: () => string
  readonly #clients: Promise<void>[]
  #ending = false

  /** @param url where the app is at the moment */
  constructor(url: () => string, clients: number) {
    this.#url = url
    this.#clients = Array.from({ length: clients }, (_, client) => this.#run(client))
  }

  /** Returns when each client was told of its last entry. */
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

  async #run(client: number): Promise<void> {
    for (let number = 1; !this.#ending; number++) {
      const message = `${client}.${number}`
      this.#sent.add(message)
      // The message is its own idempotency key.
      while ((await postEntry(this.#url(), message, message)) !== 201) await setTimeout(50)
      this.acknowledged.add(message)
    }
  }
}
