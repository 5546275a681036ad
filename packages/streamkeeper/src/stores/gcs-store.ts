import { understand } from './answers.ts'
import { type Authorize, BucketHttp, type HttpOptions } from './bucket-http.ts'
import { answerProblem } from './bucket-problem.ts'
import { BucketStore, type StoreOptions } from './bucket-store.ts'
import { inserted, page, rewritten } from './gcs-answers.ts'
import { googleCredentials } from './google-credentials.ts'
import type { Patience } from './patience.ts'
import { refusalIn } from './refusals.ts'
import { bucketOf } from './replica-url.ts'
import type { Listed, Written } from './store.ts'

type GcsOptions = StoreOptions &
  Partial<Omit<HttpOptions, 'endpoint' | 'replicaUrl'>> & {
    /** Names in one page of a list. */
    pageSize?: number
    /** `HOST:PORT` or `http://HOST:PORT` of an emulator, which asks for no credentials. */
    emulatorHost?: string | undefined
  }

// So few that one call is answered in the time of one request.
const moveBytes = 32 * 1024 * 1024

/**
 * Objects in Cloud Storage. Its times are cut off to whole seconds, so that `updatedAt` and
 * `storeNow` are up to one second early each, and an age is up to one second too high or too low.
 */
export class GcsStore extends BucketStore {
  readonly #bucket: string
  /** The path of the bucket's objects in the JSON API. */
  readonly #objects: string
  readonly #base: string
  readonly #pageSize: number

  /** @param replicaUrl `gs://BUCKET/PATH` or `gs://BUCKET` */
  constructor(replicaUrl: string, options: GcsOptions = {}) {
    const http = new BucketHttp({
      ...{ replicaUrl, attemptMs: 2_000, fetch },
      ...access(options.emulatorHost),
      ...options,
    })
    super(replicaUrl, http, options)
    const { bucket, path } = bucketOf(replicaUrl)
    this.#bucket = bucket
    this.#objects = `/storage/v1/b/${bucket}/o`
    this.#base = path
    this.#pageSize = options.pageSize ?? 1_000
  }

  /**
   * Copies with all metadata: the body that would change them is empty. Where the bucket's storage class
   * is another one by now, the content moves, and that takes several calls.
   * https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
   */
  async copy(from: string, to: string): Promise<boolean> {
    const patience = this.bulkPatience()
    const target = this.#objectPath(to).slice('/storage/v1'.length)
    const path = `${this.#objectPath(from)}/rewriteTo${target}`
    const query: Record<string, string> = {
      fields: 'done,rewriteToken',
      maxBytesRewrittenPerCall: String(moveBytes),
    }
    for (;;) {
      const request = { method: 'POST', path, query, expected: [404] } as const
      const { status, text } = await this.http.repeat(request, patience)
      if (status === 404) return false
      const answer = understand(this.replicaUrl, () => rewritten.parse(JSON.parse(text)))
      if (answer.done) return true
      query.rewriteToken = answer.rewriteToken
    }
  }

  // By the XML API, as only that one promises the object's time and generation with its content.
  // https://cloud.google.com/storage/docs/xml-api/reference-headers
  protected generationOf(headers: Headers): string | null {
    return headers.get('x-goog-generation')
  }

  protected pathOf(name: string): string {
    const path = (this.#base + name).split('/').map(encodeURIComponent).join('/')
    return `/${this.#bucket}/${path}`
  }

  protected async insert(
    name: string,
    body: string,
    ifGeneration: string | null,
    patience: Patience,
  ): Promise<Written> {
    const path = `/upload${this.#objects}`
    const ifGenerationMatch = ifGeneration ?? '0'
    const query = { uploadType: 'media', name: this.#base + name, ifGenerationMatch }
    const request = { method: 'POST', path, query, body, expected: [412] } as const
    const answer = await this.http.once(request, patience)
    if (answer.status === 412) {
      // The status is also that of an organization's policy.
      if (refusalIn(answer.text)) throw answerProblem(answer, this.replicaUrl)
      return { outcome: 'conflict' }
    }
    const { generation } = understand(this.replicaUrl, () =>
      inserted.parse(JSON.parse(answer.text)),
    )
    return { outcome: 'written', generation }
  }

  protected async listAll(prefix: string, from: string, patience: Patience): Promise<Listed[]> {
    const objects: Listed[] = []
    const query: Record<string, string> = {
      prefix: this.#base + prefix,
      startOffset: this.#base + from,
      fields: 'kind,items(name,size,timeCreated,crc32c,metadata),nextPageToken',
      maxResults: String(this.#pageSize),
    }
    for (;;) {
      const { text } = await this.http.repeat({ path: this.#objects, query }, patience)
      const { items, nextPageToken } = understand(this.replicaUrl, () =>
        page.parse(JSON.parse(text)),
      )
      const name = (full: string) => full.slice(this.#base.length)
      objects.push(...items.map((item) => ({ ...item, name: name(item.name) })))
      if (!nextPageToken) return objects
      query.pageToken = nextPageToken
    }
  }

  protected removeOne(name: string, patience: Patience): Promise<unknown> {
    const request = { method: 'DELETE', path: this.#objectPath(name), expected: [404] } as const
    return this.http.repeat(request, patience)
  }

  #objectPath(name: string): string {
    return `${this.#objects}/${encodeURIComponent(this.#base + name)}`
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
