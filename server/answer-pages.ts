import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { visitsHeader } from '../app/kept-pages.ts'
import { requestKind } from '../app/request-kind.ts'
import { countVisit } from '../app/visits/count-visit.ts'
import type { Data } from '../db/data.ts'
import type { Problem } from './lifecycle.ts'
import { log, reasonOf } from './log.ts'
import { PageCache } from './page-cache.ts'
import { answerUnavailable } from './unavailable.ts'

type Counting = (request: IncomingMessage, response: ServerResponse) => Promise<number>

/**
 * Answers what the gate has let in: counts the visit if it is one, and has Next render what can't be
 * answered with a page that was rendered just before.
 *
 * @param options.passing what to tell people of a failure that passes; null for any other
 * @param options.count counts a visit, and returns how many there are with it
 */
export function answerPages(
  data: Pick<Data, 'recordVisit' | 'countVisits' | 'entriesVersion'>,
  render: RequestListener,
  {
    passing = () => null,
    count = () => countVisit(data),
  }: { passing?: (error: unknown) => Problem | null; count?: Counting } = {},
): RequestListener {
  const cache = new PageCache()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    Reflect.deleteProperty(request.headers, visitsHeader)
    if (requestKind(request) === 'visit') {
      request.headers[visitsHeader] = String(await count(request, response))
    }
    await cache.serve(request, response, () => data.entriesVersion(), render)
  }
  return (request, response) => {
    answer(request, response).catch((error) => {
      log('ERROR', `A request could not be answered: ${reasonOf(error)}`)
      const problem = passing(error)
      if (problem && !response.headersSent) return answerUnavailable(request, response, problem)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}
