import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { dayHeader, todayHeader, visitsHeader } from '../app/kept-pages.ts'
import { type Notice, noticeHeader } from '../app/notice-header.ts'
import { requestKind } from '../app/request-kind.ts'
import { countVisit } from '../app/visits/count-visit.ts'
import type { Data } from '../db/data.ts'
import { dayOf, type Visits } from '../db/visits.ts'
import type { Problem } from './lifecycle.ts'
import { log, reasonOf } from './log.ts'
import { PageCache } from './page-cache.ts'
import { answerUnavailable } from './unavailable.ts'

const told = [visitsHeader, todayHeader, dayHeader, noticeHeader]

/** Serves a page; with a notice, it counts nothing and says why. */
export type Pages = (
  request: IncomingMessage,
  response: ServerResponse,
  notice?: Notice | null,
) => void

type Counting = (request: IncomingMessage, response: ServerResponse, now: Date) => Promise<Visits>

/**
 * Answers what the gate has let in: counts the visit if it is one, and has Next render what can't be
 * answered with a page that was rendered just before.
 *
 * @param options.passing what to tell people of a failure that passes; null for any other
 * @param options.isPreview whether a request is shown everything and counted nowhere
 * @param options.count counts a visit, and returns how many there are with it
 */
export function answerPages(
  data: Pick<Data, 'recordVisit' | 'countVisits' | 'entriesVersion'>,
  render: RequestListener,
  {
    passing = () => null,
    isPreview = () => false,
    count = (_request, _response, now) => countVisit(data, now),
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
    for (const name of told) Reflect.deleteProperty(request.headers, name)
    if (notice) request.headers[noticeHeader] = notice
    if (requestKind(request) === 'visit') {
      if (notice) response.setHeader('x-visit', 'not-counted')
      const now = new Date()
      const visits = notice ? data.countVisits(now) : count(request, response, now)
      const { total, today } = await visits
      request.headers[visitsHeader] = String(total)
      request.headers[todayHeader] = String(today)
      request.headers[dayHeader] = dayOf(now, 0)
    }
    await cache.serve(request, response, () => data.entriesVersion(), render)
  }
  return (request, response, notice = isPreview(request) ? 'preview' : null) => {
    answer(request, response, notice).catch((error) => {
      log('ERROR', `A request could not be answered: ${reasonOf(error)}`)
      const problem = passing(error)
      if (problem && !response.headersSent) return answerUnavailable(request, response, problem)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}
