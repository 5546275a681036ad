import type { IncomingMessage, RequestListener } from 'node:http'
import { changesSomething } from './app.ts'
import { problemOf } from './lifecycle.ts'
import { preview } from './may-lead.ts'
import { refuseToWrite } from './unavailable.ts'

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
