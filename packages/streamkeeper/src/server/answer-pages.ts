import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { spentCookies } from '../../../../app/forms/flash.ts'
import { dayHeader, laterHeader, todayHeader, visitsHeader } from '../../../../app/kept-pages.ts'
import { type Notice, noticeHeader } from '../../../../app/notice-header.ts'
import { requestKind } from '../../../../app/request-kind.ts'
import { countVisit } from '../../../../app/visits/count-visit.ts'
import { isPrefetch } from '../../../../app/visits/is-visit.ts'
import { wantsPlainText } from '../../../../app/visits/wants-plain-text.ts'
import type { Data } from '../../../../db/data.ts'
import { dayOf, type Visits } from '../../../../db/visits.ts'
import { accepts } from './accepts.ts'
import type { Problem } from './lifecycle.ts'
import { log, reasonOf } from './log.ts'
import { PageCache } from './page-cache.ts'
import { answerFailed, refuse } from './refuse.ts'
import { answerUnavailable } from './unavailable.ts'

const told = [visitsHeader, todayHeader, dayHeader, laterHeader, noticeHeader]

/** Serves a page; with a notice, it counts nothing and says why. */
export type Pages = (
  request: IncomingMessage,
  response: ServerResponse,
  notice?: Notice | null,
) => void

type Counting = (request: IncomingMessage, now: Date) => Promise<Visits | null>

/**
 * Answers what the gate has let in: counts the visit if it is one, and has Next render what can't be
 * answered with a page that was rendered just before.
 *
 * @param options.passing what to tell people of a failure that passes; null for any other
 * @param options.isPreview whether a request is shown everything and counted nowhere
 * @param options.count counts a visit, and returns how many there are with it; null if it can't
 */
export function answerPages(
  data: Pick<Data, 'recordVisit' | 'countVisits' | 'entriesVersion'>,
  render: RequestListener,
  {
    passing = () => null,
    isPreview = () => false,
    count = (_, now) => countVisit(data, now),
  }: {
    passing?: (error: unknown) => Problem | null
    isPreview?: (request: IncomingMessage) => boolean
    count?: Counting
  } = {},
): Pages {
  const cache = new PageCache()
  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    notice: Notice | null,
  ) => {
    const { headers, method } = request
    for (const name of told) Reflect.deleteProperty(headers, name)
    if (notice) headers[noticeHeader] = notice
    if (requestKind(request) === 'visit') {
      const now = new Date()
      const counted = notice ? null : await count(request, now)
      if (!counted && method === 'POST') return refuse(request, response, notCounted)
      if (!counted) {
        headers[noticeHeader] = notice ?? 'not-counted'
        response.setHeader('x-visit', 'not-counted')
      }
      const { total, today } = counted ?? (await data.countVisits(now))
      headers[visitsHeader] = String(total)
      headers[todayHeader] = String(today)
      headers[dayHeader] = dayOf(now, 0)
    }
    const [path = '/', ...query] = (request.url ?? '/').split('?')
    if (path === '/' && (method === 'GET' || method === 'HEAD')) {
      if (isPrefetch(request) && !notice) headers[laterHeader] = 'true'
      if (wantsPlainText(request)) request.url = ['/visits/plain-text', ...query].join('?')
    }
    if (isShown(request)) {
      for (const cookie of spentCookies(path, headers.cookie)) {
        response.appendHeader('set-cookie', cookie)
      }
    }
    await cache.serve(request, response, () => data.entriesVersion(), render)
  }
  return (request, response, notice = isPreview(request) ? 'preview' : null) => {
    answer(request, response, notice).catch((error) => {
      log('ERROR', `A request could not be answered: ${reasonOf(error)}`)
      if (response.headersSent) return response.end()
      const problem = passing(error)
      if (problem) answerUnavailable(request, response, problem)
      else answerFailed(request, response)
    })
  }
}

const notCounted = {
  status: 503,
  type: 'not-counted',
  title: 'The visit was not counted.',
  detail: 'Visits are not being counted at the moment.',
  retryAfter: 5,
}

// To somebody who is looking: a page says once what became of a form.
function isShown(request: IncomingMessage): boolean {
  return request.method === 'GET' && accepts(request).html
}
