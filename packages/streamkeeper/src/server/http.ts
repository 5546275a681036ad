import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { discardWhenGivenUp } from './given-up-bodies.ts'
import { answerProbe } from './health.ts'
import type { Lifecycle } from './lifecycle.ts'
import { log, reasonOf } from './log.ts'
import type { Protection } from './protect.ts'
import { answerFailed, refuse } from './refuse.ts'
import { releaseHeader, releaseId } from './release-name.ts'
import { answerUnavailable } from './unavailable.ts'
import { answerUnreadable, headProblem } from './unreadable.ts'

// A cold start with a large database; Cloud Run's own limit for a request is 300 s.
const patienceMs = 30_000

// How long a client may keep a connection busy without getting anywhere, and how much it may say.
const connectionLimits = {
  // Node's own, in bytes; named as much depends on it. Longer heads are answered with 431.
  maxHeaderSize: 16_384,
  // A head is one or two packets; Google's front end sends it at once.
  headersTimeout: 10_000,
  // Head and body together, at most 128 KiB. Longer than a request may wait for the start to end.
  requestTimeout: 60_000,
  // How often the two are looked at; Node's 30 s would add to them.
  connectionsCheckingInterval: 2_500,
  // A request with two hosts, or without one, is answered in our words.
  requireHostHeader: false,
  // Others offer it, such as Java's client HTTP/2, and take an answer without it: Next listens for the
  // upgrades of its development server, and would cut all.
  shouldUpgradeCallback: ({ url = '', headers }: IncomingMessage) => {
    return url.startsWith('/_next/') && /^websocket$/i.test(headers.upgrade ?? '')
  },
} satisfies ServerOptions

// A connection is cut on which nothing moves, in either direction, for so long. It ends clients that
// don't read their answer. No request here waits as long for its answer.
const silenceMs = 120_000

/**
 * Listens on `port` at once: probes are answered from the first moment, other requests wait for the
 * start to end.
 *
 * @param options.keepAliveSeconds how long a connection is kept on which nobody asks. Longer than what is
 *   in front keeps it, or that would meet a reset; the drain at the end closes idle ones anyway
 * @param options.protection keeps from the pages what they shall not see
 * @param options.observe told of each request that is no probe, as it comes
 * @param options.serve told of a request when the start has ended
 * @throws {Error} if the port can't be had
 */
export async function listen(
  port: number,
  lifecycle: Lifecycle,
  {
    keepAliveSeconds,
    protection,
    observe = () => {},
    serve,
  }: {
    keepAliveSeconds: number
    protection: Pick<Protection, 'receive' | 'refuses'>
    observe?: RequestListener
    serve: RequestListener
  },
): Promise<Server> {
  const keepAliveTimeout = keepAliveSeconds * 1000
  const options = { ...connectionLimits, keepAliveTimeout }
  const tryToAnswer = async (request: IncomingMessage, response: ServerResponse) => {
    request.socket.setTimeout(silenceMs)
    discardWhenGivenUp(request)
    protection.receive(request, response)
    response.setHeader(releaseHeader, releaseId())
    const problem = headProblem(request)
    if (problem) {
      observe(request, response)
      response.setHeader('connection', 'close')
      return refuse(request, response, problem)
    }
    const path = request.url?.split('?', 1)[0] ?? '/'
    if (answerProbe(path, lifecycle, response)) return
    observe(request, response)
    if (await protection.refuses(request, response)) return
    const state = await lifecycle.settled(patienceMs)
    if (state.name === 'starting') answerUnavailable(request, response, state.problem, true)
    else await serve(request, response)
  }
  // What one request fails with ends no other: what nobody catches ends the process.
  const answer: RequestListener = (request, response) => {
    tryToAnswer(request, response)
      .catch((error) => {
        log('ERROR', `A request could not be answered: ${reasonOf(error)}`)
        if (response.writableEnded) return
        if (response.headersSent) response.destroy()
        else answerFailed(request, response)
      })
      .catch(() => response.destroy())
  }
  const server = createServer(options, answer)
  server.on('checkExpectation', answer)
  // Until something is asked, a connection is as idle as one that is kept.
  server.timeout = keepAliveTimeout
  answerUnreadable(server, protection)
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
