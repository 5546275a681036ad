import { atOnce } from '../at-once.ts'
import { understand } from './answers.ts'
import { type Answer, BucketHttp, type HttpOptions, type Request } from './bucket-http.ts'
import { answerProblem } from './bucket-problem.ts'
import { BucketStore, type StoreOptions } from './bucket-store.ts'
import type { Patience } from './patience.ts'
import { ReplicationProblem } from './problem.ts'
import { bucketOf } from './replica-url.ts'
import { bareTag, isError, readPage, readTag } from './s3-answers.ts'
import { proofName, proveConditions } from './s3-conditions.ts'
import { copyInParts, type Part } from './s3-copy.ts'
import { s3Credentials } from './s3-credentials.ts'
import { keyOf, keyPrefixOf, nameOf } from './s3-names.ts'
import type { S3Settings } from './s3-settings.ts'
import type { Listed, Written } from './store.ts'

type S3Options = StoreOptions &
  Partial<Omit<HttpOptions, 'endpoint' | 'replicaUrl'>> & {
    settings: S3Settings
    /** Names in one page of a list. */
    pageSize?: number
    /** In bytes: what is larger than the first is copied in parts that are as large as the second. */
    copy?: { most: number; part: number }
  }

// So few that one request is answered in its time; above 5 GB a copy has to be made in parts.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/copy-object.html
const copySizes = { most: 32 * 1024 ** 2, part: 32 * 1024 ** 2 }

const noted = 'x-amz-meta-litestream-timestamp'
/** The ETag of a copy's original: that of the copy is another where the original was uploaded in parts. */
const original = 'x-amz-meta-copy-of'

/**
 * Objects in a store that speaks S3. The generation is the ETag, so another for each other content. Its
 * times are cut off to whole seconds, as those of Cloud Storage.
 */
export class S3Store extends BucketStore {
  readonly #root: string
  readonly #bucket: string
  readonly #base: string
  readonly #pageSize: number
  readonly #copySizes: { most: number; part: number }
  #proof: Promise<void> | undefined

  /** @param replicaUrl `s3://BUCKET/PATH` */
  constructor(replicaUrl: string, options: S3Options) {
    const { settings } = options
    const { bucket, path } = bucketOf(replicaUrl)
    const hosted = !settings.isPathStyle && isPartOfHost(bucket)
    const endpoint = hosted ? settings.endpoint.replace('://', `://${bucket}.`) : settings.endpoint
    const http = new BucketHttp({
      ...{ replicaUrl, attemptMs: 2_000, fetch, endpoint, authorize: s3Credentials(settings) },
      ...options,
    })
    super(replicaUrl, http, options)
    this.#bucket = bucket
    this.#root = hosted ? '/' : `/${bucket}/`
    this.#base = path
    this.#pageSize = options.pageSize ?? 1_000
    this.#copySizes = options.copy ?? copySizes
  }

  override async write(name: string, body: string, ifGeneration: string | null): Promise<Written> {
    await this.proveConditions()
    return super.write(name, body, ifGeneration)
  }

  override proveConditions(): Promise<void> {
    this.#proof ??= this.#prove()
    return this.#proof
  }

  override async details<T extends Listed>(objects: readonly T[]): Promise<T[]> {
    const found = new Map<string, Partial<Listed>>()
    await atOnce(32, objects, async ({ name, at, checksum }) => {
      const head = await this.#head(name, this.bulkPatience())
      if (!head) return
      const time = Date.parse(head.headers.get(noted) ?? '')
      const copied = head.headers.get(original)
      found.set(name, { at: Number.isNaN(time) ? at : time, checksum: copied ?? checksum })
    })
    return objects.map((object) => ({ ...object, ...found.get(object.name) }))
  }

  /** A copy has the metadata that Litestream gave its file, and beside it the ETag of the original. */
  async copy(from: string, to: string): Promise<boolean> {
    const patience = this.bulkPatience()
    const head = await this.#head(from, patience)
    if (!head) return false
    const tag = this.#tagOf(head)
    const size = Number(head.headers.get('content-length'))
    const metadata: Record<string, string> = { [original]: bareTag(tag) }
    const time = head.headers.get(noted)
    if (time) metadata[noted] = time
    const source = {
      'x-amz-copy-source': `/${this.#bucket}/${encoded(this.#base + keyOf(from))}`,
      'x-amz-copy-source-if-match': tag,
    }
    const { most, part } = this.#copySizes
    const path = this.pathOf(to)
    if (size > most) {
      const ask = (request: Omit<Request, 'path'>) => this.#ask({ ...request, path }, patience)
      const parts = partsOf(size, part)
      return copyInParts({ ask, replicaUrl: this.replicaUrl }, source, parts, metadata)
    }
    const headers = { ...source, ...metadata, 'x-amz-metadata-directive': 'REPLACE' }
    // Removed, or replaced by another, since.
    const expected = [404, 412]
    const answer = await this.#ask({ method: 'PUT', path, headers, expected }, patience)
    if (answer.status >= 300) return false
    understand(this.replicaUrl, () => readTag(answer.text))
    return true
  }

  protected pathOf(name: string): string {
    return this.#root + encoded(this.#base + keyOf(name))
  }

  // With quotes, as they are not everywhere, and strong: a proxy may have weakened it, and no condition of a
  // write is met by one that is weak. https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
  protected generationOf(headers: Headers): string | null {
    const tag = headers.get('etag')
    return tag && `"${bareTag(tag)}"`
  }

  protected async insert(
    name: string,
    body: string,
    ifGeneration: string | null,
    patience: Patience,
  ): Promise<Written> {
    const condition: Record<string, string> =
      ifGeneration === null ? { 'if-none-match': '*' } : { 'if-match': ifGeneration }
    const headers = { 'content-type': 'application/json', ...condition }
    // 404: it was removed. 409: another write was under way at the same time.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    const request = { method: 'PUT', path: this.pathOf(name), headers, body } as const
    const answer = await this.http.once({ ...request, expected: [404, 409, 412] }, patience)
    if (answer.status >= 300) return { outcome: 'conflict' }
    return { outcome: 'written', generation: this.#tagOf(answer) }
  }

  protected async listAll(prefix: string, from: string, patience: Patience): Promise<Listed[]> {
    const objects: Listed[] = []
    const query: Record<string, string> = {
      'list-type': '2',
      'encoding-type': 'url',
      'max-keys': String(this.#pageSize),
      prefix: this.#base + keyPrefixOf(prefix),
    }
    // What comes after this is listed: so it has to come before the first that is wanted.
    if (from > prefix) query['start-after'] = this.#base + keyOf(from).slice(0, -1)
    for (;;) {
      const { text } = await this.http.repeat({ path: this.#root, query }, patience)
      const { items, token } = understand(this.replicaUrl, () => readPage(text))
      for (const item of items) {
        const name = nameOf(item.name.slice(this.#base.length))
        const isMeant = name.startsWith(prefix) && name >= from && name !== proofName
        if (isMeant) objects.push({ ...item, name })
      }
      if (!token) return objects
      query['continuation-token'] = token
    }
  }

  protected removeOne(name: string, patience: Patience): Promise<unknown> {
    const request = { method: 'DELETE', path: this.pathOf(name), expected: [404] } as const
    return this.http.repeat(request, patience)
  }

  #prove(): Promise<void> {
    const put = (headers: Record<string, string>) => {
      const request = { method: 'PUT', path: this.pathOf(proofName), headers } as const
      return this.http.repeat({ ...request, body: '', expected: [404, 409, 412] }, this.patience())
    }
    const read = () => {
      const request = { path: this.pathOf(proofName), expected: [404] }
      return this.http.repeat(request, this.patience())
    }
    const proof = proveConditions(put, read, this.replicaUrl)
    // What failed is tried again by the next who needs it.
    proof.catch(() => {
      this.#proof = undefined
    })
    return proof
  }

  async #head(name: string, patience: Patience): Promise<Answer | null> {
    const request = { method: 'HEAD', path: this.pathOf(name), expected: [404] } as const
    const answer = await this.http.repeat(request, patience)
    return answer.status === 404 ? null : answer
  }

  #tagOf({ headers }: Answer): string {
    const tag = this.generationOf(headers)
    if (tag) return tag
    throw new ReplicationProblem('bucket-garbled', this.replicaUrl, 'there is no ETag')
  }

  /** Asks until there is an answer, which may also be a failure under the status of a success. */
  async #ask(request: Request, patience: Patience): Promise<Answer> {
    for (;;) {
      const answer = await this.http.repeat(request, patience)
      if (answer.status >= 300 || !isError(answer.text)) return answer
      await patience.again(answerProblem({ ...answer, status: 500 }, this.replicaUrl))
    }
  }
}

// The certificate of the store is for one more name before its own.
function isPartOfHost(bucket: string): boolean {
  return !bucket.includes('.')
}

function encoded(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/')
}

/** The bytes of each part, from the first to the last. */
function partsOf(size: number, part: number): Part[] {
  const count = Math.ceil(size / part)
  return Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    range: `bytes=${index * part}-${Math.min(size, (index + 1) * part) - 1}`,
  }))
}
