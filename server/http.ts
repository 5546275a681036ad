import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connectionLimits, silenceMs } from './connection-limits.ts'
import { answerProbe } from './health.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Protection } from './protect.ts'
import { answerUnavailable } from './unavailable.ts'

// A cold start with a large database; Cloud Run's own limit for a request is 300 s.
const patienceMs = 30_000

/**
 * Listens on `port` at once: probes are answered from the first moment, other requests wait for the
 * start to end.
 *
 * @param options.protection keeps from the pages what they shall not see
 * @param options.observe told of each request that is no probe, as it comes
 * @param options.serve told of a request when the start has ended
 * @throws {Error} if the port can't be had
 */
export async function listen(
  port: number,
  lifecycle: Lifecycle,
  {
    protection,
    observe = () => {},
    serve,
  }: {
    protection: Pick<Protection, 'setHeaders' | 'refuses'>
    observe?: RequestListener
    serve: RequestListener
  },
): Promise<Server> {
  const server = createServer(connectionLimits, async (request, response) => {
    protection.setHeaders(request, response)
    const path = request.url?.split('?', 1)[0] ?? '/'
    if (answerProbe(path, lifecycle, response)) return
    observe(request, response)
    if (await protection.refuses(request, response)) return
    const state = await lifecycle.settled(patienceMs)
    if (state.name === 'starting') answerUnavailable(request, response, state.problem)
    else serve(request, response)
  })
  server.timeout = silenceMs
  server.listen(port)
  try {
    await once(server, 'listening')
  } catch (error) {
    if (!isInUse(error)) throw error
    throw new Error(`Port ${port} is in use. Stop the program that uses it, or set PORT.`)
  }
  return server
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}
