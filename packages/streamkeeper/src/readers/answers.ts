import type { ServerResponse } from 'node:http'

const methods = ['writeHead', 'flushHeaders', 'write', 'end'] as const

/**
 * Has another answer take the place of one with status 500: Next answers so whatever a page fails with.
 *
 * @param isPassing whether it failed with what passes
 * @param answer answers in its place
 */
export function insteadOf500(
  response: ServerResponse,
  isPassing: () => boolean,
  answer: () => void,
): void {
  const isFailure = (status: unknown) => status === 500 && !response.headersSent && isPassing()
  const given = methods.map((name) => [name, response[name]] as const)
  for (const [name, call] of given) {
    const replaced = (...rest: unknown[]) => {
      if (!isFailure(name === 'writeHead' ? rest[0] : response.statusCode)) {
        return Reflect.apply(call, response, rest)
      }
      for (const header of response.getHeaderNames()) {
        if (/^(content|transfer|etag|cache)/.test(header)) response.removeHeader(header)
      }
      Object.assign(response, Object.fromEntries(given))
      answer()
      // What is still to come is the answer that failed.
      Object.assign(response, { writeHead: () => response, flushHeaders() {}, write: () => true })
      Object.assign(response, { end: () => response })
      return name === 'write' ? true : response
    }
    Object.assign(response, { [name]: replaced })
  }
}

/**
 * Has the answer say how old what it was made from is at most. What is read meanwhile is no older than
 * what was there when the request came.
 *
 * @param ageMs of what is there now
 */
export function tellAge(response: ServerResponse, ageMs: number): void {
  const sinceMs = performance.now() - ageMs
  const tell = () => {
    response.setHeader('x-copy-age-seconds', Math.round((performance.now() - sinceMs) / 1000))
  }
  tell()
  const { writeHead } = response
  response.writeHead = (...head: unknown[]) => {
    tell()
    return Reflect.apply(writeHead, response, head)
  }
}
