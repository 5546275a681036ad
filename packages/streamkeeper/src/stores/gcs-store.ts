import { setTimeout } from 'node:timers/promises'
import { atOnce } from '../at-once.ts'
import { retry } from '../retry.ts'
import { inserted, page, rewritten, stamps, understand } from './gcs-answers.ts'
import { GcsHttp, type HttpOptions } from './gcs-http.ts'
import { answerProblem, Unanswered } from './gcs-problem.ts'
import { type Authorize, googleCredentials } from './google-credentials.ts'
import { Patience, type Pause } from './patience.ts'
import { refusalIn } from './refusals.ts'
import type { Listed, Peeked, Store, Stored, Written } from './store.ts'

type GcsOptions = Partial<Omit<HttpOptions, 'endpoint' | 'replicaUrl'>> & {
  /** How long a read or a write may take with all its requests, in milliseconds. */
  totalMs?: number
  /** How long to list or to remove may take, in milliseconds. */
  bulkMs?: number
  /** Names in one page of a list. */
  pageSize?: number
  pause?: Pause
  /** `HOST:PORT` or `http://HOST:PORT` of an emulator, which asks for no credentials. */
  emulatorHost?: string | undefined
}

// So few that one call is answered in the time of one request.
const moveBytes = 32 * 1024 * 1024

/**
 * Objects in Cloud Storage. Its times are cut off to whole seconds, so that `updatedAt` and
 * `storeNow` are up to one second early each, and an age is up to one second too high or too low.
 */
export class GcsStore implements Store {
  readonly #replicaUrl: string
  readonly #options: GcsOptions
  readonly #http: GcsHttp
  readonly #bucket: string
  /** The path of the bucket's objects in the JSON API. */
  readonly #objects: string
  readonly #base: string

  /** @param replicaUrl `gs://BUCKET/PATH` or `gs://BUCKET` */
  constructor(replicaUrl: string, options: GcsOptions = {}) {
    const [bucket = '', ...folders] = replicaUrl.slice('gs://'.length).split('/')
    this.#replicaUrl = replicaUrl
    this.#options = options
    this.#bucket = bucket
    this.#objects = `/storage/v1/b/${bucket}/o`
    this.#base = folders.map((folder) => `${folder}/`).join('')
    this.#http = new GcsHttp({
      ...{ replicaUrl, attemptMs: 2_000, fetch },
      ...access(options.emulatorHost),
      ...options,
    })
  }

  read(name: string): Promise<Stored | null> {
    return this.#get(name, this.#patience())
  }

  async write(name: string, body: string, ifGeneration: string | null): Promise<Written> {
    const patience = this.#patience()
    let lost: Unanswered | undefined
    for (;;) {
      const result = await this.#insert(name, body, ifGeneration, patience).catch(ifUnanswered)
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
      path: this.#xmlPath(name),
      headers: { range: 'bytes=0-15' },
      // 416: it is empty.
      expected: [404, 416],
    }
    const { status, headers, text } = await this.#http.repeat(request, this.#patience())
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
    let patience = this.#bulkPatience()
    let taken = 0
    const count = (bytes: Buffer) => {
      taken += bytes.length
      patience = this.#bulkPatience()
      take(bytes)
    }
    return retry(
      () => this.#http.each(this.#xmlPath(name), taken, count, signal),
      (error) => patience.again(error),
    )
  }

  /**
   * Copies with all metadata: the body that would change them is empty. Where the bucket's storage class
   * is another one by now, the content moves, and that takes several calls.
   * https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
   */
  async copy(from: string, to: string): Promise<boolean> {
    const patience = this.#bulkPatience()
    const target = this.#objectPath(to).slice('/storage/v1'.length)
    const path = `${this.#objectPath(from)}/rewriteTo${target}`
    const query: Record<string, string> = {
      fields: 'done,rewriteToken',
      maxBytesRewrittenPerCall: String(moveBytes),
    }
    for (;;) {
      const request = { method: 'POST', path, query, expected: [404] } as const
      const { status, text } = await this.#http.repeat(request, patience)
      if (status === 404) return false
      const answer = understand(this.#replicaUrl, () => rewritten.parse(JSON.parse(text)))
      if (answer.done) return true
      query.rewriteToken = answer.rewriteToken
    }
  }

  list(prefix: string, from = prefix): Promise<Listed[]> {
    return this.#list(prefix, from, this.#bulkPatience())
  }

  async remove(prefix: string): Promise<void> {
    const patience = this.#bulkPatience()
    const objects = await this.#list(prefix, prefix, patience)
    // From the end, where the snapshots are: what is left of an epoch then never restores as an earlier one.
    await atOnce(8, objects.toReversed(), ({ name }) => {
      // It is no error if there is no such object.
      const request = { method: 'DELETE', path: this.#objectPath(name), expected: [404] } as const
      return this.#http.repeat(request, patience)
    })
  }

  // By the XML API, as only that one promises the object's time and generation with its content.
  // https://cloud.google.com/storage/docs/xml-api/reference-headers
  async #get(name: string, patience: Patience): Promise<Stored | null> {
    const request = { path: this.#xmlPath(name), expected: [404] }
    const { status, headers, text } = await this.#http.repeat(request, patience)
    if (status === 404) return null
    const stamp = {
      generation: headers.get('x-goog-generation'),
      updatedAt: headers.get('last-modified'),
      storeNow: headers.get('date'),
    }
    return { body: text, ...understand(this.#replicaUrl, () => stamps.parse(stamp)) }
  }

  /**
   * Asks once to write the object.
   *
   * @throws {Unanswered} if it may have been written or not
   */
  async #insert(
    name: string,
    body: string,
    ifGeneration: string | null,
    patience: Patience,
  ): Promise<Written> {
    const path = `/upload${this.#objects}`
    const ifGenerationMatch = ifGeneration ?? '0'
    const query = { uploadType: 'media', name: this.#base + name, ifGenerationMatch }
    const request = { method: 'POST', path, query, body, expected: [412] } as const
    const answer = await this.#http.once(request, patience)
    if (answer.status === 412) {
      // The status is also that of an organization's policy.
      if (refusalIn(answer.text)) throw answerProblem(answer, this.#replicaUrl)
      return { outcome: 'conflict' }
    }
    const { generation } = understand(this.#replicaUrl, () =>
      inserted.parse(JSON.parse(answer.text)),
    )
    return { outcome: 'written', generation }
  }

  async #list(prefix: string, from: string, patience: Patience): Promise<Listed[]> {
    const objects: Listed[] = []
    const query: Record<string, string> = {
      prefix: this.#base + prefix,
      startOffset: this.#base + from,
      fields: 'kind,items(name,size,timeCreated,crc32c,metadata),nextPageToken',
      maxResults: String(this.#options.pageSize ?? 1_000),
    }
    for (;;) {
      const { text } = await this.#http.repeat({ path: this.#objects, query }, patience)
      const { items, nextPageToken } = understand(this.#replicaUrl, () =>
        page.parse(JSON.parse(text)),
      )
      const name = (full: string) => full.slice(this.#base.length)
      objects.push(...items.map((item) => ({ ...item, name: name(item.name) })))
      if (!nextPageToken) return objects
      query.pageToken = nextPageToken
    }
  }

  #objectPath(name: string): string {
    return `${this.#objects}/${encodeURIComponent(this.#base + name)}`
  }

  #xmlPath(name: string): string {
    const path = (this.#base + name).split('/').map(encodeURIComponent).join('/')
    return `/${this.#bucket}/${path}`
  }

  #patience(totalMs = this.#options.totalMs ?? 8_000): Patience {
    return new Patience(totalMs, this.#options.pause ?? setTimeout)
  }

  #bulkPatience(): Patience {
    return this.#patience(this.#options.bulkMs ?? 60_000)
  }
}

/** Where Cloud Storage answers, and how it is told who asks. */
function access(emulatorHost: string | undefined): { endpoint: string; authorize: Authorize } {
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
