import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { visitsHeader } from '../app/kept-pages.ts'
import { requestKind } from '../app/request-kind.ts'
import { countVisit } from '../app/visits/count-visit.ts'
import type { Data } from '../db/data.ts'
import type { Problem } from './lifecycle.ts'
import { log, reasonOf } from './log.ts'
import { PageCache } from './page-cache.ts'
import { answerUnavailable } from './unavailable.ts'

/**
 * Answers what the gate has let in: counts the visit if it is one, and has Next render what can't be
 * answered with a page that was rendered just before.
 *
 * @param passing what to tell people of a failure that passes; null for any other
 */
export function answerPages(
  data: Pick<Data, 'recordVisit' | 'countVisits' | 'entriesVersion'>,
  render: RequestListener,
  passing: (error: unknown) => Problem | null = () => null,
): RequestListener {
  const cache = new PageCache()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    Reflect.deleteProperty(request.headers, visitsHeader)
    if (requestKind(request) === 'visit') {
      request.headers[visitsHeader] = String(await countVisit(data))
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
