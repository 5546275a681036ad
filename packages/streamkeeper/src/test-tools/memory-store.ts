import { crc32 } from 'node:zlib'
import type { Listed, Peeked, Store, Stored, Written } from '../stores/store.ts'

type Kept = { content: Buffer; generation: string; updatedAt: number }

/** A store in memory, for tests. */
export class MemoryStore implements Store {
  readonly #objects = new Map<string, Kept>()
  readonly #now: () => number
  #generation = 0

  /** @param now in milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  async read(name: string): Promise<Stored | null> {
    const object = this.#objects.get(name)
    if (!object) return null
    const { content, ...stamps } = object
    return { body: content.toString(), ...stamps, storeNow: this.#now() }
  }

  async write(name: string, body: string, ifGeneration: string | null): Promise<Written> {
    if ((this.#objects.get(name)?.generation ?? null) !== ifGeneration) {
      return { outcome: 'conflict' }
    }
    return { outcome: 'written', generation: this.put(name, Buffer.from(body)) }
  }

  /**
   * Puts an object there, whatever there is.
   *
   * @returns its generation
   */
  put(name: string, content: Buffer, updatedAt: number = this.#now()): string {
    const generation = String(++this.#generation)
    this.#objects.set(name, { content, generation, updatedAt })
    return generation
  }

  async peek(name: string): Promise<Peeked | null> {
    const content = this.#objects.get(name)?.content
    return content ? { start: content.toString('latin1', 0, 16), size: content.length } : null
  }

  async bytes(name: string): Promise<Buffer | null> {
    return this.#objects.get(name)?.content ?? null
  }

  async each(name: string, take: (bytes: Buffer) => void): Promise<boolean> {
    const content = this.#objects.get(name)?.content
    if (content) take(content)
    return content !== undefined
  }

  async copy(from: string, to: string): Promise<boolean> {
    const object = this.#objects.get(from)
    if (object) this.put(to, object.content, object.updatedAt)
    return object !== undefined
  }

  async list(prefix: string, from = prefix): Promise<Listed[]> {
    return [...this.#objects]
      .filter(([name]) => name.startsWith(prefix) && name >= from)
      .map(([name, { content, updatedAt }]) => ({
        ...{ name, size: content.length, at: updatedAt },
        checksum: crc32(content).toString(16),
      }))
  }

  async details<T extends Listed>(objects: readonly T[]): Promise<T[]> {
    return [...objects]
  }

  async proveConditions(): Promise<void> {}

  async remove(prefix: string): Promise<void> {
    for (const { name } of await this.list(prefix)) this.#objects.delete(name)
  }
}
