import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type BufferedResponse, bufferedResponse } from './buffered-response.ts'
import { log, reasonOf } from './log.ts'
import { describeProblem, type ProblemDetails } from './problem-details.ts'
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

// A name or an address, and perhaps a port: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
const host = /^([a-z0-9._-]{1,255}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i

/**
 * What is wrong with the host that a request names: a proxy and this server could each believe another
 * one (https://www.rfc-editor.org/rfc/rfc9112#section-3.2). Without it there is only HTTP/1.0.
 */
export function hostProblem({
  rawHeaders,
  httpVersion,
}: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): ProblemDetails | null {
  const isHost = (name: string | undefined) => name?.length === 4 && name.toLowerCase() === 'host'
  const named = rawHeaders.filter((_, index) => index % 2 === 1 && isHost(rawHeaders[index - 1]))
  if (named.length === 0 && httpVersion === '1.0') return null
  const [name = ''] = named
  if (named.length === 1 && host.test(name)) return null
  return wrongHost
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

const http11 = 'Send a request of HTTP/1.1.'
const noRequest = describeProblem(400, 'no-request', 'This can not be read.', http11)
const tooSlow = describeProblem(
  408,
  'too-slow',
  'This took too long to arrive.',
  'Please send it again.',
)
const longHead = describeProblem(
  431,
  'long-head',
  'This asks in too many words.',
  'The address and the cookies are too long. Shorten the address, or delete the cookies of this site.',
)
const longChunk = describeProblem(
  413,
  'too-large',
  'The body is too large.',
  'Send chunks without extensions.',
)
const otherVersion = describeProblem(
  505,
  'other-version',
  'This version of HTTP is not spoken here.',
  http11,
)
const otherExpectation = describeProblem(
  417,
  'other-expectation',
  'This can not be expected here.',
  'Leave out the header "Expect", or expect "100-continue".',
)
const wrongHost = describeProblem(
  400,
  'wrong-host',
  'This request does not say which host it is for.',
  'Send one header "Host", with a name and perhaps a port.',
)
