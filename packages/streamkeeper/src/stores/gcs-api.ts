import { z } from 'zod'
import { retry } from '../retry.ts'
import { GcsHttp, type HttpOptions } from './gcs-http.ts'
import { answerProblem } from './gcs-problem.ts'
import type { Patience } from './patience.ts'
import { ReplicationProblem } from './problem.ts'
import { refusalIn } from './refusals.ts'
import type { Listed, Peeked, Stored, Written } from './store.ts'

const time = z.string().transform(Date.parse).pipe(z.number())
const stamps = z.object({ generation: z.string(), updatedAt: time, storeNow: time })
const inserted = z.object({ generation: z.string() })
// Litestream notes the time of a change beside it: the object's own is that of its upload. `updated` is
// another where a lifecycle rule, or a person, has changed its storage class or metadata since.
const listed = z
  .object({
    name: z.string(),
    size: z.coerce.number(),
    timeCreated: time,
    crc32c: z.string().nullable().default(null),
    metadata: z.object({ 'litestream-timestamp': time.optional() }).optional(),
  })
  .transform(({ name, size, timeCreated, crc32c, metadata }): Listed => {
    const at = metadata?.['litestream-timestamp'] ?? timeCreated
    return { name, size, at, checksum: crc32c }
  })
// What lacks `done` was not said by Cloud Storage.
const rewritten = z
  .object({ done: z.literal(true) })
  .or(z.object({ done: z.literal(false), rewriteToken: z.string() }))
const page = z.object({
  // An empty list has it too: what lacks it was not said by Cloud Storage.
  kind: z.literal('storage#objects'),
  items: z.array(listed).default([]),
  nextPageToken: z.string().optional(),
})

// So few that one call is answered in the time of one request.
const moveBytes = 32 * 1024 * 1024

export type ApiOptions = HttpOptions & {
  bucket: string
  /** Names in one page of a list. */
  pageSize: number
}

/**
 * What the store needs of Cloud Storage's API. All but {@link insert} is repeated until there is an
 * answer. Everything throws a `ReplicationProblem` when there is none in time, or not the right one.
 */
export class GcsApi {
  readonly #options: ApiOptions
  readonly #http: GcsHttp
  readonly #objects: string

  constructor(options: ApiOptions) {
    this.#options = options
    this.#http = new GcsHttp(options)
    this.#objects = `/storage/v1/b/${options.bucket}/o`
  }

  // By the XML API, as only that one promises the object's time and generation with its content.
  // https://cloud.google.com/storage/docs/xml-api/reference-headers
  async get(name: string, patience: Patience): Promise<Stored | null> {
    const path = this.#xmlPath(name)
    const { status, headers, text } = await this.#http.repeat({ path, expected: [404] }, patience)
    if (status === 404) return null
    const stamp = {
      generation: headers.get('x-goog-generation'),
      updatedAt: headers.get('last-modified'),
      storeNow: headers.get('date'),
    }
    return { body: text, ...this.#understand(() => stamps.parse(stamp)) }
  }

  /**
   * Asks once to write the object if it is still at `generation`, `0` for none.
   *
   * @throws {Unanswered} if it may have been written or not
   */
  async insert(
    name: string,
    body: string,
    generation: string,
    patience: Patience,
  ): Promise<Written> {
    const path = `/upload${this.#objects}`
    const query = { uploadType: 'media', name, ifGenerationMatch: generation }
    const request = { method: 'POST', path, query, body, expected: [412] } as const
    const answered = await this.#http.once(request, patience)
    const { status, text } = answered
    if (status === 412) {
      // The status is also that of an organization's policy.
      if (refusalIn(text)) throw answerProblem(answered, this.#options.replicaUrl)
      return { outcome: 'conflict' }
    }
    const answer = this.#understand(() => inserted.parse(JSON.parse(text)))
    return { outcome: 'written', generation: answer.generation }
  }

  async peek(name: string, patience: Patience): Promise<Peeked | null> {
    const request = {
      path: this.#xmlPath(name),
      headers: { range: 'bytes=0-15' },
      // 416: it is empty.
      expected: [404, 416],
    }
    const { status, headers, text } = await this.#http.repeat(request, patience)
    if (status === 404) return null
    if (status === 416) return { start: '', size: 0 }
    const total = /\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1]
    // A server that does not know ranges sends all of it.
    return { start: text.slice(0, 16), size: Number(total ?? Buffer.byteLength(text)) }
  }

  copyTo(
    name: string,
    file: string,
    signal: AbortSignal,
    patience: Patience,
  ): Promise<number | null> {
    return retry(() => this.#http.save(this.#xmlPath(name), file, signal), patience.again)
  }

  bytes(name: string, patience: Patience): Promise<Buffer | null> {
    return retry(() => this.#http.bytes(this.#xmlPath(name)), patience.again)
  }

  /** Goes on where an answer broke off; each time that something came, the patience is a new one. */
  each(name: string, take: (bytes: Buffer) => void, newPatience: () => Patience): Promise<boolean> {
    let patience = newPatience()
    let taken = 0
    const count = (bytes: Buffer) => {
      taken += bytes.length
      patience = newPatience()
      take(bytes)
    }
    return retry(
      () => this.#http.each(this.#xmlPath(name), taken, count),
      (error) => patience.again(error),
    )
  }

  /**
   * Copies with all metadata: the body that would change them is empty. Where the bucket's storage class
   * is another one by now, the content moves, and that takes several calls.
   * https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
   */
  async rewrite(from: string, to: string, patience: Patience): Promise<boolean> {
    const path = `${this.#objectPath(from)}/rewriteTo${this.#objectPath(to).slice('/storage/v1'.length)}`
    const query: Record<string, string> = {
      fields: 'done,rewriteToken',
      maxBytesRewrittenPerCall: String(moveBytes),
    }
    for (;;) {
      const request = { method: 'POST', path, query, expected: [404] } as const
      const { status, text } = await this.#http.repeat(request, patience)
      if (status === 404) return false
      const answer = this.#understand(() => rewritten.parse(JSON.parse(text)))
      if (answer.done) return true
      query.rewriteToken = answer.rewriteToken
    }
  }

  async list(
    { prefix, from }: { prefix: string; from: string },
    patience: Patience,
  ): Promise<Listed[]> {
    const objects: Listed[] = []
    const query: Record<string, string> = {
      prefix,
      startOffset: from,
      fields: 'kind,items(name,size,timeCreated,crc32c,metadata),nextPageToken',
      maxResults: String(this.#options.pageSize),
    }
    for (;;) {
      const { text } = await this.#http.repeat({ path: this.#objects, query }, patience)
      const { items, nextPageToken } = this.#understand(() => page.parse(JSON.parse(text)))
      objects.push(...items)
      if (!nextPageToken) return objects
      query.pageToken = nextPageToken
    }
  }

  /** It is no error if there is no such object. */
  async delete(name: string, patience: Patience): Promise<void> {
    const path = this.#objectPath(name)
    await this.#http.repeat({ method: 'DELETE', path, expected: [404] }, patience)
  }

  #objectPath(name: string): string {
    return `${this.#objects}/${encodeURIComponent(name)}`
  }

  #xmlPath(name: string): string {
    return `/${this.#options.bucket}/${name.split('/').map(encodeURIComponent).join('/')}`
  }

  #understand<T>(parse: () => T): T {
    try {
      return parse()
    } catch (error) {
      const { replicaUrl } = this.#options
      throw new ReplicationProblem(
        'bucket-garbled',
        replicaUrl,
        `not Google's answer: ${error instanceof z.ZodError ? z.prettifyError(error) : error}`,
      )
    }
  }
}
