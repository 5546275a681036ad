import { setTimeout } from 'node:timers/promises'
import { GcsApi } from './gcs-api.ts'
import { Unanswered } from './gcs-problem.ts'
import { type Authorize, googleCredentials } from './google-credentials.ts'
import { Patience, type Pause } from './patience.ts'
import type { Listed, Peeked, Store, Stored, Written } from './store.ts'

export type GcsOptions = {
  /** How long one request may take, in milliseconds. */
  attemptMs?: number
  /** How long a read or a write may take with all its requests, in milliseconds. */
  totalMs?: number
  /** How long to list or to remove may take, in milliseconds. */
  bulkMs?: number
  /** Names in one page of a list. */
  pageSize?: number
  pause?: Pause
  fetch?: typeof fetch
  authorize?: Authorize
  /** `HOST:PORT` or `http://HOST:PORT` of an emulator, which asks for no credentials. */
  emulatorHost?: string | undefined
}

/**
 * Objects in Cloud Storage. Its times are cut off to whole seconds, so that `updatedAt` and
 * `storeNow` are up to one second early each, and an age is up to one second too high or too low.
 */
export class GcsStore implements Store {
  readonly #api: GcsApi
  readonly #base: string
  readonly #options: GcsOptions

  /** @param replicaUrl `gs://BUCKET/PATH` or `gs://BUCKET` */
  constructor(replicaUrl: string, options: GcsOptions = {}) {
    const [bucket = '', ...folders] = replicaUrl.slice('gs://'.length).split('/')
    this.#base = folders.map((folder) => `${folder}/`).join('')
    this.#options = options
    this.#api = new GcsApi({
      replicaUrl,
      bucket,
      attemptMs: 2_000,
      pageSize: 1_000,
      fetch,
      ...access(options.emulatorHost),
      ...options,
    })
  }

  read(name: string): Promise<Stored | null> {
    return this.#api.get(this.#base + name, this.#patience())
  }

  async write(name: string, body: string, ifGeneration: string | null): Promise<Written> {
    const object = this.#base + name
    const patience = this.#patience()
    let lost: Unanswered | undefined
    for (;;) {
      const result = await this.#api
        .insert(object, body, ifGeneration ?? '0', patience)
        .catch(ifUnanswered)
      if (result instanceof Unanswered) lost = result
      // After a lost answer, a conflict may be with the very write that it was about.
      else if (result.outcome === 'written' || !lost) return result
      const found = await this.#api.get(object, patience)
      if (found?.body === body) return { outcome: 'written', generation: found.generation }
      if ((found?.generation ?? null) !== ifGeneration) return { outcome: 'conflict' }
      await patience.again(lost)
    }
  }

  peek(name: string): Promise<Peeked | null> {
    return this.#api.peek(this.#base + name, this.#patience())
  }

  copyTo(name: string, file: string, signal: AbortSignal): Promise<number | null> {
    return this.#api.copyTo(this.#base + name, file, signal, this.#bulkPatience())
  }

  bytes(name: string): Promise<Buffer | null> {
    return this.#api.bytes(this.#base + name, this.#bulkPatience())
  }

  each(name: string, take: (bytes: Buffer) => void): Promise<boolean> {
    return this.#api.each(this.#base + name, take, () => this.#bulkPatience())
  }

  copy(from: string, to: string): Promise<boolean> {
    return this.#api.rewrite(this.#base + from, this.#base + to, this.#bulkPatience())
  }

  async list(prefix: string, from = prefix): Promise<Listed[]> {
    const names = { prefix: this.#base + prefix, from: this.#base + from }
    const objects = await this.#api.list(names, this.#bulkPatience())
    return objects.map((object) => ({ ...object, name: object.name.slice(this.#base.length) }))
  }

  async remove(prefix: string): Promise<void> {
    const patience = this.#bulkPatience()
    const from = this.#base + prefix
    const objects = await this.#api.list({ prefix: from, from }, patience)
    const removeSome = async () => {
      for (let object = objects.pop(); object !== undefined; object = objects.pop()) {
        await this.#api.delete(object.name, patience)
      }
    }
    await Promise.all(Array.from({ length: 8 }, removeSome))
  }

  #patience(totalMs = this.#options.totalMs ?? 8_000): Patience {
    return new Patience(totalMs, this.#options.pause ?? setTimeout)
  }

  #bulkPatience(): Patience {
    return this.#patience(this.#options.bulkMs ?? 60_000)
  }
}

/** Where Cloud Storage answers, and how it is told who asks. */
export function access(emulatorHost: string | undefined): {
  endpoint: string
  authorize: Authorize
} {
  if (!emulatorHost) {
    return { endpoint: 'https://storage.googleapis.com', authorize: googleCredentials() }
  }
  return {
    endpoint: emulatorHost.replace(/^(?!https?:)/, 'http://'),
    authorize: async () => new Headers(),
  }
}

function ifUnanswered(error: unknown): Unanswered {
  if (error instanceof Unanswered) return error
  throw error
}
