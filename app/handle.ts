import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Replicated } from 'streamkeeper'
import type { Config } from 'streamkeeper/config'
import { accepts, answerByHandler, PageCache, type RouteHandler } from 'streamkeeper/http'
import type { Data } from '../db/data.ts'
import { dayOf, type Visits } from '../db/visits.ts'
import { postEntry } from './api/entries/post-entry.ts'
import { problemAnswer } from './api/problem.ts'
import { numberInWords, plural } from './format.ts'
import { spentCookies } from './forms/flash.ts'
import { liveFrom } from './live/answer-live.ts'
import { needs } from './requests.ts'
import { notCounted, told } from './told.ts'
import { isPrefetch, wantsPlainText, whoAsks } from './visits/who-asks.ts'

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

type Parts = {
  data(): Promise<Pick<Data, 'countVisits' | 'entriesVersion' | 'listEntries'>>
  /** Counts a visit, and returns how many there are with it; null if it can't. */
  count(request: IncomingMessage, now: Date): Promise<Visits | null>
  replicated(): Replicated
  cache?: PageCache
}

// What programs ask for most. The development server compiles them anew when they change.
const handlers: Record<string, RouteHandler> = { 'POST /api/entries': postEntry }
const isDevelopment = process.env.NODE_ENV !== 'production'

/** Counts visits, tells the pages what they can't know, and answers with cached ones where it can. */
export function handleWith({
  data,
  count,
  replicated,
  cache = new PageCache(),
}: Parts): NonNullable<Config['handle']> {
  const answerLive = liveFrom(data, replicated)
  return async (request, response, { next, notice }) => {
    const { headers, method, url = '/' } = request
    const [path = '/'] = url.split('?', 1)
    if (path === '/live') return answerLive(response)
    for (const name of Object.values(told)) Reflect.deleteProperty(headers, name)
    headers[told.path] = path
    if (notice) headers[told.notice] = notice
    const now = new Date()
    let visits: Visits | null = null
    if (needs(request) === 'write-if-possible') {
      const counted = notice ? null : await count(request, now)
      if (!counted && method === 'POST') return refuseToCount(response)
      if (!counted) {
        headers[told.notice] = notice ?? 'not-written'
        response.setHeader('x-visit', 'not-counted')
      }
      visits = counted ?? (await (await data()).countVisits(now))
    }
    if (path === '/' && (method === 'GET' || method === 'HEAD')) {
      if (wantsPlainText(request)) {
        visits ??= await (await data()).countVisits(now)
        return answerInText(response, visits, headers[told.notice] !== undefined)
      }
      if (isPrefetch(request) && !notice) headers[told.later] = 'true'
    }
    if (visits) tellVisits(request, visits, now)
    // A page says once what became of a form, to somebody who is looking.
    if (method === 'GET' && accepts(request).html) {
      for (const cookie of spentCookies(path, headers.cookie)) {
        response.appendHeader('set-cookie', cookie)
      }
    }
    // Only the newest entries have the form above them.
    if (path === '/' || url === '/guestbook') headers[told.formKey] = randomUUID()
    const handler = isDevelopment ? undefined : handlers[`${method} ${path}`]
    if (handler && (await answerByHandler(handler, request, response))) return
    if (!isCached(request)) return next(request, response)
    const page = {
      key: [headers[told.notice], headers[told.day], url].join(' '),
      version: await (await data()).entriesVersion(),
      values: only(headers, [told.formKey, told.shownVisits, told.shownTimes, told.shownToday]),
      headers: only(headers, [told.path, told.day, told.notice]),
    }
    await cache.serve(request, response, page, next)
  }
}

/**
 * The front page for curl and its kind. Scripts read the first line, so its number is in digits alone, and what
 * else there is to say comes after it.
 */
function answerInText(response: ServerResponse, { total }: Visits, isNoticed: boolean): void {
  const line = `This server has been visited ${total} ${plural(total, 'time')}.`
  response.writeHead(200, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    vary: 'accept, user-agent',
  })
  response.end(`${[line, ...(isNoticed ? [notCounted] : [])].join('\n')}\n`)
}

function tellVisits({ headers }: Asked, { total, today }: Visits, now: Date): void {
  Object.assign(headers, {
    [told.visits]: String(total),
    [told.today]: String(today),
    [told.day]: dayOf(now, 0),
    [told.shownVisits]: numberInWords(total),
    [told.shownTimes]: plural(total, 'time'),
    [told.shownToday]: numberInWords(today),
  })
}

/** Whether a page is the same for everybody, but for what it is told. */
function isCached({ method, url = '', headers }: Asked): boolean {
  if (method !== 'GET' || headers.cookie !== undefined) return false
  if (/^\/api\/entries(\?(before|limit)=\d{1,10})?$/.test(url)) return true
  if (!accepts({ headers }).html || headers.rsc) return false
  // A preview needs the whole address of a picture, with the host that it has asked.
  if (whoAsks(headers['user-agent']) === 'bot') return false
  // Otherwise the front page shows a number that it is not told.
  if (url === '/') return headers[told.visits] !== undefined
  return /^\/(how-it-works|guestbook(\?before=\d{1,10})?)$/.test(url)
}

function only(headers: IncomingMessage['headers'], names: string[]): Record<string, string> {
  const found = names.filter((name) => headers[name] !== undefined)
  return Object.fromEntries(found.map((name) => [name, String(headers[name])]))
}

function refuseToCount(response: ServerResponse): void {
  const { status, headers, body } = problemAnswer({
    status: 503,
    type: 'not-counted',
    title: 'The visit may not have been counted.',
    detail: notCounted,
    retryAfter: 5,
  })
  response.writeHead(status, headers).end(body)
}
