import { setTimeout } from 'node:timers/promises'
import { atOnce } from '../at-once.ts'
import { retry } from '../retry.ts'
import { stamps, understand } from './answers.ts'
import type { BucketHttp } from './bucket-http.ts'
import { Unanswered } from './bucket-problem.ts'
import { Patience, type Pause } from './patience.ts'
import type { Listed, Peeked, Store, Stored, Written } from './store.ts'

export type StoreOptions = {
  /** How long a read or a write may take with all its requests, in milliseconds. */
  totalMs?: number
  /** How long to list or to remove may take, in milliseconds. */
  bulkMs?: number
  pause?: Pause
}

/** Objects behind HTTP: what is the same in Cloud Storage, by its XML API, and in S3. */
export abstract class BucketStore implements Store {
  protected readonly replicaUrl: string
  protected readonly http: BucketHttp
  readonly #options: StoreOptions

  protected constructor(replicaUrl: string, http: BucketHttp, options: StoreOptions) {
    this.replicaUrl = replicaUrl
    this.http = http
    this.#options = options
  }

  /** Of the object that an answer is about. */
  protected abstract generationOf(headers: Headers): string | null

  /** Where the content of an object is read. */
  protected abstract pathOf(name: string): string

  /**
   * Asks once to write the object.
   *
   * @throws {Unanswered} if it may have been written or not
   */
  protected abstract insert(
    name: string,
    body: string,
    ifGeneration: string | null,
    patience: Patience,
  ): Promise<Written>

  /** In the order of their names. */
  protected abstract listAll(prefix: string, from: string, patience: Patience): Promise<Listed[]>

  /** It is no error if there is no such object. */
  protected abstract removeOne(name: string, patience: Patience): Promise<unknown>

  abstract copy(from: string, to: string): Promise<boolean>

  read(name: string): Promise<Stored | null> {
    return this.#get(name, this.patience())
  }

  async write(name: string, body: string, ifGeneration: string | null): Promise<Written> {
    const patience = this.patience()
    let lost: Unanswered | undefined
    for (;;) {
      const result = await this.insert(name, body, ifGeneration, patience).catch(ifUnanswered)
      if (result instanceof Unanswered) lost = result
      // After a lost answer, a conflict may be with the very write that it was about.
      else if (result.outcome === 'written' || !lost) return result
      const found = await this.#get(name, patience)
      if (found?.body === body) return { outcome: 'written', generation: found.generation }
      if ((found?.generation ?? null) !== ifGeneration) return { outcome: 'conflict' }
      await patience.again(lost)
    }
  }

  async peek(name: string): Promise<Peeked | null> {
    const request = {
      path: this.pathOf(name),
      headers: { range: 'bytes=0-15' },
      // 416: it is empty.
      expected: [404, 416],
    }
    const { status, headers, text } = await this.http.repeat(request, this.patience())
    if (status === 404) return null
    if (status === 416) return { start: '', size: 0 }
    const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
    // A server that does not know ranges sends all of it.
    return { start: text.slice(0, 16), size: Number(total ?? Buffer.byteLength(text)) }
  }

  async bytes(name: string): Promise<Buffer | null> {
    const chunks: Buffer[] = []
    const isThere = await this.each(name, (bytes) => chunks.push(bytes))
    return isThere ? Buffer.concat(chunks) : null
  }

  // It goes on where an answer broke off; each time that something came, the patience is a new one.
  each(name: string, take: (bytes: Buffer) => void, signal?: AbortSignal): Promise<boolean> {
    let patience = this.bulkPatience()
    let taken = 0
    const count = (bytes: Buffer) => {
      taken += bytes.length
      patience = this.bulkPatience()
      take(bytes)
    }
    return retry(
      () => this.http.each(this.pathOf(name), taken, count, signal),
      (error) => patience.again(error),
    )
  }

  async details<T extends Listed>(objects: readonly T[]): Promise<T[]> {
    return [...objects]
  }

  async proveConditions(): Promise<void> {}

  list(prefix: string, from = prefix): Promise<Listed[]> {
    return this.listAll(prefix, from, this.bulkPatience())
  }

  async remove(prefix: string): Promise<void> {
    const patience = this.bulkPatience()
    const objects = await this.listAll(prefix, prefix, patience)
    // From the end, where the snapshots are: what is left of an epoch then never restores as an earlier one.
    await atOnce(8, objects.toReversed(), ({ name }) => this.removeOne(name, patience))
  }

  protected patience(totalMs = this.#options.totalMs ?? 8_000): Patience {
    return new Patience(totalMs, this.#options.pause ?? setTimeout)
  }

  protected bulkPatience(): Patience {
    return this.patience(this.#options.bulkMs ?? 60_000)
  }

  async #get(name: string, patience: Patience): Promise<Stored | null> {
    const request = { path: this.pathOf(name), expected: [404] }
    const { status, headers, text } = await this.http.repeat(request, patience)
    if (status === 404) return null
    const stamp = {
      generation: this.generationOf(headers),
      updatedAt: headers.get('last-modified'),
      storeNow: headers.get('date'),
    }
    return { body: text, ...understand(this.replicaUrl, () => stamps.parse(stamp)) }
  }
}

function ifUnanswered(error: unknown): Unanswered {
  if (error instanceof Unanswered) return error
  throw error
}
