import {
  IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  ServerResponse,
} from 'node:http'
import { Socket } from 'node:net'

export type BufferedResponse = { status: number; headers: OutgoingHttpHeaders; body: Buffer }

/**
 * Has a page rendered into memory, for nobody in particular: a visitor's request does not reach what
 * renders it, so neither its headers nor its end change what others get.
 *
 * @param headers all that the page is told
 */
export async function bufferedResponse(
  url: string,
  headers: Record<string, string>,
  render: RequestListener,
): Promise<BufferedResponse> {
  const request = Object.assign(new IncomingMessage(new Socket()), {
    ...{ method: 'GET', url, headers, complete: true },
    ...{ httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 },
  })
  request.push(null)
  return answerOf(request, render)
}

/** Has a request answered into memory instead of to its client. */
export async function answerOf(
  request: IncomingMessage,
  render: RequestListener,
): Promise<BufferedResponse> {
  const response = new ServerResponse(request)
  const [body] = await Promise.all([bodyOf(response), render(request, response)])
  return { status: response.statusCode, body, headers: response.getHeaders() }
}

function bodyOf(response: ServerResponse): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  const take = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  Object.assign(response, {
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
      resolve(Buffer.concat(chunks))
      // Next waits for these, to let go of what it rendered with.
      response.finished = true
      process.nextTick(() => {
        response.emit('finish')
        response.emit('close')
      })
      return response
    },
    destroy(error?: Error) {
      reject(error ?? new Error('The page was given up.'))
      return response
    },
  })
  return promise
}
