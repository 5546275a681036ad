import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf } from './body-of.ts'

/** As a `route.ts` of Next exports it. */
export type RouteHandler = (request: Request) => Promise<Response> | Response

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
  const answer = await handler(
    new Request(`http://localhost${url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(body && { body: new Uint8Array(body) }),
    }),
  )
  // Nothing of it is told before all of it is there.
  const answered = Buffer.from(await answer.arrayBuffer())
  response.statusCode = answer.status
  response.setHeaders(answer.headers).end(answered)
  return true
}
