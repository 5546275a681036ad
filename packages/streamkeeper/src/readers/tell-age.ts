import type { ServerResponse } from 'node:http'

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
