import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type BufferedResponse, bufferedResponse } from './buffered-response.ts'
import { hostProblem } from './host.ts'
import { log, reasonOf } from './log.ts'
import type { ProblemDetails } from './problem-details.ts'
import type { Protection } from './protect.ts'
import { refuse } from './refuse.ts'

type Receiver = Pick<Protection, 'receive'>
type Failure = Error & { code?: string; rawPacket?: Buffer }

/**
 * Answers what never becomes a request, in the way of all other answers, where Node would say no more
 * than a status. A connection on which nothing was said yet is kept: browsers and load balancers open
 * some in advance.
 */
export function answerUnreadable(server: Server, protection: Receiver): void {
  const inFlight = new WeakMap<Socket, ServerResponse>()
  server.on('request', ({ socket }: IncomingMessage, response) => inFlight.set(socket, response))
  const answer = async (error: Failure, socket: Socket) => {
    const problem = problemOf(error)
    const before = inFlight.get(socket)
    const isAnswered =
      before && !before.writableFinished && (before.headersSent || before.req.complete)
    // Reset by its client; or what follows a request whose answer is still to come.
    if (!problem || !socket.writable || isAnswered) return void socket.destroy()
    if (problem.status === 408 && socket.bytesRead === 0) return
    log('INFO', `What could not be read was answered with ${problem.status}: ${error.message}`, {
      code: error.code,
      httpRequest: { status: problem.status },
    })
    socket.write(inText(await answerTo(error, protection, problem)))
    socket.destroySoon()
  }
  // The app is asked how, and what nobody catches ends the process.
  server.on('clientError', (error: Failure, socket: Socket) => {
    answer(error, socket).catch((failure) => {
      log('ERROR', `What could not be read was not answered: ${reasonOf(failure)}`)
      socket.destroy()
    })
  })
}

/** What is wrong with the head of a request that could be read. */
export function headProblem(request: IncomingMessage): ProblemDetails | null {
  const { expect } = request.headers
  if (request.httpVersionMajor !== 1) return otherVersion
  if (expect !== undefined && !/^100-continue$/i.test(expect)) return otherExpectation
  return hostProblem(request)
}

// https://nodejs.org/api/http.html#event-clienterror
function problemOf({ code = '' }: Failure): ProblemDetails | null {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return tooSlow
    case 'HPE_HEADER_OVERFLOW':
      return longHead
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return longChunk
    case 'HPE_INVALID_VERSION':
    case 'HPE_PAUSED_H2_UPGRADE':
      return otherVersion
    default:
      return code.startsWith('HPE_') ? noRequest : null
  }
}

function answerTo({ rawPacket }: Failure, protection: Receiver, problem: ProblemDetails) {
  const said = rawPacket?.toString('latin1') ?? ''
  const [, path = '/'] = /^[A-Z]+ (\/\S*)/.exec(said) ?? []
  const [, accept = 'text/plain'] = /\r\naccept:[ \t]*([^\r\n]*)/i.exec(said) ?? []
  return bufferedResponse(path, { accept }, (request, response) => {
    protection.receive(request, response)
    refuse(request, response, problem)
  })
}

function inText({ status, headers, body }: BufferedResponse): Buffer {
  const lines = Object.entries({
    ...headers,
    date: new Date().toUTCString(),
    connection: 'close',
    'content-length': body.length,
  }).map(([name, value]) => `${name}: ${value}`)
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

const noRequest: ProblemDetails = {
  status: 400,
  type: 'no-request',
  title: 'This can not be read.',
  detail: 'Send a request of HTTP/1.1.',
}

const tooSlow: ProblemDetails = {
  status: 408,
  type: 'too-slow',
  title: 'This took too long to arrive.',
  detail: 'Please send it again.',
}

const longHead: ProblemDetails = {
  status: 431,
  type: 'long-head',
  title: 'This asks in too many words.',
  detail:
    'The address and the cookies are too long. Shorten the address, or delete the cookies of this site.',
}

const longChunk: ProblemDetails = {
  status: 413,
  type: 'too-large',
  title: 'The body is too large.',
  detail: 'Send chunks without extensions.',
}

const otherVersion: ProblemDetails = {
  status: 505,
  type: 'other-version',
  title: 'This version of HTTP is not spoken here.',
  detail: 'Send a request of HTTP/1.1.',
}

const otherExpectation: ProblemDetails = {
  status: 417,
  type: 'other-expectation',
  title: 'This can not be expected here.',
  detail: 'Leave out the header "Expect", or expect "100-continue".',
}
