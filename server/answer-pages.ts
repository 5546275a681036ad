import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { visitsHeader } from '../app/kept-pages.ts'
import { requestKind } from '../app/request-kind.ts'
import { countVisit } from '../app/visits/count-visit.ts'
import { entriesVersion } from '../db/entries.ts'
import type { LocalDatabase } from './local-database.ts'
import { log, reasonOf } from './log.ts'
import { PageCache } from './page-cache.ts'

/**
 * Answers what the gate has let in: counts the visit if it is one, and has Next render what can't be
 * answered with a page that was rendered just before.
 */
export function answerPages(
  database: Pick<LocalDatabase, 'open'>,
  render: RequestListener,
): RequestListener {
  const cache = new PageCache()
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    Reflect.deleteProperty(request.headers, visitsHeader)
    if (requestKind(request) === 'visit') {
      request.headers[visitsHeader] = String(await countVisit(database.open))
    }
    await cache.serve(request, response, () => entriesVersion(database.open), render)
  }
  return (request, response) => {
    answer(request, response).catch((error) => {
      log('ERROR', `A request could not be answered: ${reasonOf(error)}`)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  }
}
