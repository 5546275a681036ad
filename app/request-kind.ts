import type { IncomingMessage } from 'node:http'
import { isVisit } from './visits/is-visit.ts'

/** `visit` and `write` change the database; `static` does not need one. */
export type RequestKind = 'visit' | 'write' | 'read' | 'static'

/** The header in which the server tells the pages the kind; what a client sends in it is dropped. */
export const kindHeader = 'x-request-kind'

/** What a request needs of the instance that serves it: only one that leads may write. */
export function requestKind(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
): RequestKind {
  const { method, url = '/' } = request
  if (method !== 'GET' && method !== 'HEAD') return 'write'
  const path = url.split('?', 1)[0] ?? '/'
  if (path === '/') return isVisit(request) ? 'visit' : 'read'
  // The status page shows also why there is no database.
  return /^\/(_next\/|favicon\.|status$)/.test(path) ? 'static' : 'read'
}
