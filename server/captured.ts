import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/**
 * Has a request answered into memory: the status and the headers are set on `response`, and its body
 * is still to be sent.
 *
 * @returns the body; null if whoever asked has gone
 */
export function captured(
  request: IncomingMessage,
  response: ServerResponse,
  render: RequestListener,
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  const chunks: Buffer[] = []
  const take = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  const { writeHead, flushHeaders, write, end } = response
  const given = { writeHead, flushHeaders, write, end }
  const replaced = {
    writeHead(status: number, ...more: unknown[]) {
      response.statusCode = status
      const headers = more.at(-1)
      if (headers && typeof headers === 'object') {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      }
      return response
    },
    flushHeaders() {},
    write(chunk: unknown) {
      take(chunk)
      return true
    },
    end(chunk?: unknown) {
      take(chunk)
      Object.assign(response, given)
      resolve(Buffer.concat(chunks).toString('utf8'))
      return response
    },
  }
  Object.assign(response, replaced)
  response.once('close', () => resolve(null))
  render(request, response)
  return promise
}
