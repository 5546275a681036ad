import { randomUUID } from 'node:crypto'
import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestListener,
  ServerResponse,
} from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { formKeyHeader, keptPage, visitsHeader } from '../app/kept-pages.ts'
import { captured } from './captured.ts'
import { markers, Template, type Values } from './template.ts'

type Page = { status: number; headers: OutgoingHttpHeaders; template: Template }
type Kept = { version: string; atMs: number; page: Promise<Page | null> }

// Longer, and the chart would be seen to lag behind the visits.
const freshMs = 1_000
const limit = 200

/**
 * Keeps rendered pages for as long as the database says that they are true, and for a second at
 * most: rendering is nearly all that a page costs.
 */
export class PageCache {
  readonly #clock: () => number
  readonly #kept = new Map<string, Kept>()

  /** @param clock monotonic, in milliseconds */
  constructor(clock = () => performance.now()) {
    this.#clock = clock
  }

  /**
   * Answers with a page that was kept, or has it rendered.
   *
   * @param version another one whenever what the pages show has changed
   */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    version: () => Promise<string>,
    render: RequestListener,
  ): Promise<void> {
    const own = ownValues(request)
    const key = keptPage(request)
    if (key !== null) {
      const page = await this.#find(key, await version(), () => rendered(request, response, render))
      if (response.headersSent || response.closed) return
      if (page) return send(page, own, request, response)
    }
    tell(request, own)
    render(request, response)
  }

  // All who come while it is rendered wait for the same page.
  #find(key: string, version: string, render: () => Promise<Page | null>): Promise<Page | null> {
    const found = this.#kept.get(key)
    const now = this.#clock()
    if (found && found.version === version && now - found.atMs < freshMs) return found.page
    const page = render()
    const kept = { version, atMs: now, page }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    page.then(
      (page) => {
        if (page?.status !== 200 && this.#kept.get(key) === kept) this.#kept.delete(key)
      },
      () => this.#kept.delete(key),
    )
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > limit && oldest !== undefined) this.#kept.delete(oldest)
    return page
  }
}

async function rendered(
  request: IncomingMessage,
  response: ServerResponse,
  render: RequestListener,
): Promise<Page | null> {
  const marked = markers()
  tell(request, marked)
  const encoding = request.headers['accept-encoding']
  // Next would compress the page with the markers in it.
  Reflect.deleteProperty(request.headers, 'accept-encoding')
  const body = await captured(request, response, render)
  if (encoding !== undefined) request.headers['accept-encoding'] = encoding
  if (body === null) return null
  response.removeHeader('content-length')
  const { 'set-cookie': _, ...headers } = response.getHeaders()
  return { status: response.statusCode, headers, template: new Template(body, marked) }
}

function ownValues({ headers }: IncomingMessage): Values {
  const policy = headers['content-security-policy']?.toString() ?? ''
  return {
    nonce: /'nonce-([^']+)'/.exec(policy)?.[1] ?? '',
    formKey: randomUUID(),
    visits: headers[visitsHeader]?.toString() ?? '',
  }
}

function tell({ headers }: IncomingMessage, { nonce, formKey, visits }: Values): void {
  headers['content-security-policy'] = `script-src 'nonce-${nonce}'`
  headers[formKeyHeader] = formKey
  if (headers[visitsHeader] !== undefined) headers[visitsHeader] = visits
}

async function send(
  { status, headers, template }: Page,
  own: Values,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) {
    // What this answer has already is its own, such as its policy.
    if (value !== undefined && !response.hasHeader(name)) response.setHeader(name, value)
  }
  const page = template.fill(own)
  const isZipped = /\bgzip\b/.test(request.headers['accept-encoding']?.toString() ?? '')
  if (isZipped) response.setHeader('content-encoding', 'gzip')
  response.writeHead(status).end(isZipped ? await zip(page) : page)
}

const zip = promisify(gzip)
