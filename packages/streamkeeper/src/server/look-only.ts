import type { IncomingMessage, RequestListener } from 'node:http'
import { requestKind } from '../../../../app/request-kind.ts'
import { problemOf } from './lifecycle.ts'
import { preview } from './may-lead.ts'
import { refuseToWrite } from './refuse-to-write.ts'

/** Refuses what would change something where a request may only look, and has all else served. */
export function lookOnly(
  isPreview: (request: IncomingMessage) => boolean,
  serve: RequestListener,
): RequestListener {
  return (request, response) => {
    if (isPreview(request) && changesSomething(request)) {
      return refuseToWrite(request, response, problemOf(preview))
    }
    return serve(request, response)
  }
}

// Who opens the front page is shown it, and not counted.
function changesSomething(request: IncomingMessage): boolean {
  const kind = requestKind(request)
  return kind === 'write' || (kind === 'visit' && request.method !== 'GET')
}
