import type { IncomingMessage } from 'node:http'
import { appOf } from './app.ts'

const bodies = new WeakMap<IncomingMessage, Promise<Buffer | null>>()

/**
 * The body of a request, also for who is not the only one to read it; null where it is larger than
 * forms may be, or did not come whole. To be called before anything of it was read.
 */
export function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const body = bodies.get(request) ?? collected(request, appOf(request).bodyLimits.forms)
  bodies.set(request, body)
  request.resume()
  return body
}

/** Lets a body come without keeping anything of it: whoever asks for it gets null. */
export function discardBody(request: IncomingMessage): void {
  const ended = Promise.withResolvers<null>()
  for (const event of ['end', 'close', 'error']) request.once(event, () => ended.resolve(null))
  bodies.set(request, ended.promise)
}

/** Whether a request brings a form, as pages send them. */
export function isForm(request: IncomingMessage): boolean {
  const { method, headers } = request
  if (method !== 'POST' || appOf(request).isForPrograms(request)) return false
  return /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(
    headers['content-type'] ?? '',
  )
}

function collected(request: IncomingMessage, limitBytes: number): Promise<Buffer | null> {
  // A browser that is answered while it still sends shows an error of its own instead of the answer.
  const readBytes = 16 * limitBytes
  const { promise, resolve } = Promise.withResolvers<Buffer | null>()
  let chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= limitBytes) chunks.push(chunk)
    else chunks = []
    if (bytes > readBytes) resolve(null)
  })
  request.once('end', () => resolve(bytes > limitBytes ? null : Buffer.concat(chunks)))
  request.once('close', () => resolve(null)).on('error', () => resolve(null))
  // There is nothing to wait for.
  if (request.readableEnded || request.destroyed) resolve(null)
  return promise
}
