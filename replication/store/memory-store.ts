import { writeFile } from 'node:fs/promises'
import type { Listed, Peeked, Store, Stored, Written } from './store.ts'

/** A store in memory, for tests. */
export class MemoryStore implements Store {
  readonly #objects = new Map<string, { body: string; generation: string; updatedAt: number }>()
  readonly #now: () => number
  #generation = 0

  /** @param now in milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  async read(name: string): Promise<Stored | null> {
    const object = this.#objects.get(name)
    return object ? { ...object, storeNow: this.#now() } : null
  }

  async write(name: string, body: string, ifGeneration: string | null): Promise<Written> {
    if ((this.#objects.get(name)?.generation ?? null) !== ifGeneration) {
      return { outcome: 'conflict' }
    }
    const generation = String(++this.#generation)
    this.#objects.set(name, { body, generation, updatedAt: this.#now() })
    return { outcome: 'written', generation }
  }

  async peek(name: string): Promise<Peeked | null> {
    const body = this.#objects.get(name)?.body
    return body === undefined ? null : { start: body.slice(0, 16), size: Buffer.byteLength(body) }
  }

  async copyTo(name: string, file: string): Promise<number | null> {
    const body = this.#objects.get(name)?.body
    if (body === undefined) return null
    await writeFile(file, body)
    return Buffer.byteLength(body)
  }

  async list(prefix: string): Promise<Listed[]> {
    return [...this.#objects]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, { body, updatedAt }]) => ({
        name,
        size: Buffer.byteLength(body),
        at: updatedAt,
      }))
  }

  async remove(prefix: string): Promise<void> {
    for (const { name } of await this.list(prefix)) this.#objects.delete(name)
  }
}
