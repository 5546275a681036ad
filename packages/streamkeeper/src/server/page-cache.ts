import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { type BufferedResponse, bufferedResponse } from './buffered-response.ts'
import { codingFor, endCompressed, endWith, vary } from './compressed.ts'
import { nonceOf } from './nonce.ts'
import { longestValue, PageWithPlaceholders, placeholdersFor } from './placeholders.ts'

/** A page, or JSON, that is the same for everybody but for a few values. */
export type CachedPage = {
  /** Under which it is cached: all that the page depends on besides `version` and `values`. */
  key: string
  /** Another one whenever what the page shows has changed. */
  version: string
  /**
   * What differs from one answer to the next, by the header in which the page is told of it; it shows each as it
   * is, in markup and perhaps in a script: so none may have `<`, `>`, `&`, a quote or a backslash in it,
   * nor more than 65,535 bytes.
   */
  values: Record<string, string>
  /** The other headers that the page is told. */
  headers: Record<string, string>
}

type Rendered = Omit<BufferedResponse, 'body'> & { page: PageWithPlaceholders }
type Cached = { version: string; atMs: number; bytes: number; rendered: Promise<Rendered> }

// Longer, and what no version tells of, such as a chart, would be seen to lag behind.
const freshMs = 1_000
// Only few visitors ask for most of the pages that there may be, and anybody can make such pages long.
const limit = { pages: 200, bytes: 8 * 1024 * 1024 }
// React escapes what it renders, and these take the place of what it has rendered.
const unsafe = /[<>&"'`\\\r\n]/
const policyHeader = 'content-security-policy'

// They would be wrong where values take the place of placeholders, or are for one visitor.
const ofOneAnswer = new Set(['content-length', 'etag', 'last-modified', 'set-cookie'])

/**
 * Caches rendered pages for as long as the database says that they are true, and for a second at
 * most: rendering is nearly all that a page costs.
 */
export class PageCache {
  readonly #clock: () => number
  readonly #cached = new Map<string, Cached>()

  /** @param clock monotonic, in milliseconds */
  constructor(clock = () => performance.now()) {
    this.#clock = clock
  }

  /**
   * Answers with a page that is cached, or has it rendered by `next`.
   *
   * @throws {Error} if a value could be taken for markup, such as a name that somebody has typed, or is too long
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    page: CachedPage,
    next: RequestListener,
  ): Promise<void> {
    const [odd] = Object.entries(page.values).find(([, value]) => !isPlain(value)) ?? []
    if (odd !== undefined)
      throw new Error(
        `The value of ${odd} can't be put into a cached page: it has what markup is made of, or is longer than ${longestValue} bytes.`,
      )
    const nonce = nonceOf(request.headers[policyHeader]?.toString())
    const values = { ...page.values, ...(nonce && { [policyHeader]: nonce }) }
    const rendered = await this.#find(request.url ?? '/', page, values, next)
    if (!response.closed) await send(rendered, values, request, response)
  }

  // All who come while it is rendered wait for the same page.
  #find(
    url: string,
    { key, version, headers }: CachedPage,
    values: Record<string, string>,
    next: RequestListener,
  ): Promise<Rendered> {
    const found = this.#cached.get(key)
    const now = this.#clock()
    if (found && found.version === version && now - found.atMs < freshMs) return found.rendered
    const rendered = render(url, headers, Object.keys(values), next)
    const cached = { version, atMs: now, bytes: 0, rendered }
    this.#cached.delete(key)
    this.#cached.set(key, cached)
    const drop = () => {
      if (this.#cached.get(key) === cached) this.#cached.delete(key)
    }
    const keep = (answer: Rendered) => {
      if (!isWhole(answer)) return drop()
      cached.bytes = answer.page.bytes
      this.#dropOldest()
    }
    rendered.then(keep, drop)
    this.#dropOldest()
    return rendered
  }

  #dropOldest(): void {
    let bytes = 0
    for (const cached of this.#cached.values()) bytes += cached.bytes
    for (const [key, cached] of this.#cached) {
      if (this.#cached.size <= limit.pages && bytes <= limit.bytes) return
      this.#cached.delete(key)
      bytes -= cached.bytes
    }
  }
}

function isPlain(value: string): boolean {
  return !unsafe.test(value) && Buffer.byteLength(value) <= longestValue
}

// It is told nothing of the visitor who happens to come first, as Next believes many a header.
async function render(
  url: string,
  headers: Record<string, string>,
  names: string[],
  next: RequestListener,
): Promise<Rendered> {
  const placeholders = placeholdersFor(names)
  const { [policyHeader]: nonce, ...values } = placeholders
  const told = {
    ...{ host: 'localhost', accept: 'text/html', ...headers, ...values },
    ...(nonce && { [policyHeader]: `script-src 'nonce-${nonce}'` }),
  }
  const { body, ...answer } = await bufferedResponse(url, told, next)
  return { ...answer, page: new PageWithPlaceholders(body.toString(), placeholders) }
}

// A page that failed half-way has the status 200, too.
function isWhole({ status, headers, page }: Rendered): boolean {
  if (status !== 200) return false
  const type = String(headers['content-type'])
  // Data have no script, and so no nonce.
  return type.startsWith('application/json') || (type.startsWith('text/html') && page.hasAll)
}

async function send(
  { status, headers, page }: Rendered,
  values: Record<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) {
    if (ofOneAnswer.has(name)) continue
    if (name === 'vary') vary(response, String(value))
    // What this answer has already is its own, such as its policy.
    if (value !== undefined && !response.hasHeader(name)) response.setHeader(name, value)
  }
  vary(response, 'Accept')
  response.statusCode = status
  if (codingFor(request.headers, 'gzip') !== 'gzip') {
    return endCompressed(request, response, page.fill(values))
  }
  vary(response, 'Accept-Encoding')
  endWith(response, page.zip(values), 'gzip')
}
