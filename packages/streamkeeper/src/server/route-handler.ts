import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { bodyOf } from './body-of.ts'

/** What a handler may ask of a request; a `Request` of the web has all of it. */
export type HandledRequest = {
  method: string
  url: string
  headers: { get(name: string): string | null }
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null
}

export type HandledAnswer<Headers = OutgoingHttpHeaders> = {
  status: number
  headers: Headers
  body: string
}

/** What a `route.ts` does, without the web's Request and Response, which cost more than what a short one does. */
export type RouteHandler<Headers = OutgoingHttpHeaders> = (
  request: HandledRequest,
) => Promise<HandledAnswer<Headers>>

/**
 * Has a route handler answer without Next, whose way to it costs several times what a short one does. It has no
 * scope of Next's, so what `next/headers` and `next/server` give is not there.
 *
 * @returns false if the body does not say how long it is: then Next streams it to the handler
 */
export async function answerByHandler(
  handler: RouteHandler,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { method = 'GET', url = '/', headers } = request
  if (headers['transfer-encoding'] !== undefined) return false
  const hasBody = method !== 'GET' && method !== 'HEAD'
  const body = hasBody ? await bodyOf(request) : null
  // Whoever asked has gone.
  if (response.closed) return true
  const answer = await handler({
    method,
    url: `http://localhost${url}`,
    headers: { get: (name) => headers[name.toLowerCase()]?.toString() ?? null },
    body: body && [body],
  })
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) response.setHeader(name, value)
  }
  // As text, it goes out in one piece with the head.
  response.end(answer.body)
  return true
}
