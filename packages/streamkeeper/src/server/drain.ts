import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Takes no more connections and lets the requests in flight finish; cuts what is still open after
 * `deadlineMs`, so that one open stream can't use up the time that the final sync needs.
 */
export async function drain(server: Server, deadlineMs: number): Promise<void> {
  const closed = once(server, 'close')
  // Before the one that answers: after the head of an answer it would throw, and end the process.
  server.prependListener('request', (_, response) => response.setHeader('connection', 'close'))
  server.close()
  // A connection that was busy when the server closed turns idle later, and would stay.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const ended = new AbortController()
  const deadline = sleep(deadlineMs, null, ended).then(
    () => server.closeAllConnections(),
    () => {},
  )
  // One that was upgraded is none of the server's any more, and ends with the process.
  await Promise.race([closed, deadline.then(() => sleep(100))])
  ended.abort()
  clearInterval(sweep)
}
