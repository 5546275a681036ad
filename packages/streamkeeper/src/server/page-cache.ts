import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { numberInWords, plural } from '../../../../app/format.ts'
import { pathHeader } from '../../../../app/frame/path-header.ts'
import {
  dayHeader,
  formKeyHeader,
  keptPage,
  placeholders,
  shownVisitsHeader,
  todayHeader,
  visitsHeader,
} from '../../../../app/kept-pages.ts'
import { noticeHeader } from '../../../../app/notice-header.ts'
import { type Answer, captured } from './captured.ts'
import { endCompressed, vary } from './compressed.ts'
import { nonceOf } from './nonce.ts'
import { markers, Template, type Values } from './template.ts'

type Page = Omit<Answer, 'body'> & { template: Template }
type Kept = { version: string; atMs: number; page: Promise<Page> }

// Longer, and the chart would be seen to lag behind the visits.
const freshMs = 1_000
const limit = 200

// They would be wrong where the markers are replaced, or are for one visitor.
const ofOneAnswer = new Set(['content-length', 'etag', 'last-modified', 'set-cookie'])

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
    if (key === null) {
      Reflect.deleteProperty(request.headers, shownVisitsHeader)
      Object.assign(request.headers, toldOf(request, own))
      return render(request, response)
    }
    const page = await this.#find(key, await version(), request, render)
    if (!response.closed) await send(page, own, request, response)
  }

  // All who come while it is rendered wait for the same page.
  #find(
    key: string,
    version: string,
    request: IncomingMessage,
    render: RequestListener,
  ): Promise<Page> {
    const found = this.#kept.get(key)
    const now = this.#clock()
    if (found && found.version === version && now - found.atMs < freshMs) return found.page
    const page = rendered(request, render)
    const kept = { version, atMs: now, page }
    this.#kept.delete(key)
    this.#kept.set(key, kept)
    const drop = () => {
      if (this.#kept.get(key) === kept) this.#kept.delete(key)
    }
    page.then((page) => isWhole(page, request) || drop(), drop)
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > limit && oldest !== undefined) this.#kept.delete(oldest)
    return page
  }
}

// It is told nothing of the visitor who happens to come first, as Next believes many a header.
async function rendered(request: IncomingMessage, render: RequestListener): Promise<Page> {
  const marked = markers()
  const told = { host: 'localhost', accept: 'text/html', ...toldOf(request, marked) }
  const { body, ...answer } = await captured(request.url ?? '/', told, render)
  return { ...answer, template: new Template(body.toString(), marked) }
}

// A page that failed half-way has the status 200, too.
function isWhole({ status, headers, template }: Page, request: IncomingMessage): boolean {
  const isHtml = String(headers['content-type']).startsWith('text/html')
  return status === 200 && isHtml && placeholders(request).every((name) => template.holds(name))
}

function ownValues({ headers }: IncomingMessage): Values {
  const visits = Number(headers[visitsHeader])
  return {
    nonce: nonceOf(headers['content-security-policy']?.toString()),
    formKey: randomUUID(),
    visits: numberInWords(visits),
    times: plural(visits, 'time'),
    today: numberInWords(Number(headers[todayHeader])),
  }
}

function toldOf({ url = '/', headers }: IncomingMessage, { nonce, formKey, ...shown }: Values) {
  return {
    'content-security-policy': `script-src 'nonce-${nonce}'`,
    [formKeyHeader]: formKey,
    [pathHeader]: url.replace(/\?.*/s, ''),
    ...(headers[visitsHeader] !== undefined && {
      [shownVisitsHeader]: `${shown.visits} ${shown.times} ${shown.today}`,
    }),
    // The same for all who are given the page: they are in its key.
    ...(headers[dayHeader] !== undefined && { [dayHeader]: String(headers[dayHeader]) }),
    ...(headers[noticeHeader] !== undefined && { [noticeHeader]: String(headers[noticeHeader]) }),
  }
}

async function send(
  { status, headers, template }: Page,
  own: Values,
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
  await endCompressed(request, response, template.fill(own))
}
