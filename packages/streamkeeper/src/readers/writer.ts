import * as http from 'node:http'
import * as https from 'node:https'
import { pipeline } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { positionHeader } from '../server/position.ts'
import { answerHeaders, requestHeaders } from './passed-on-headers.ts'
import { later, type Position, parsePosition } from './position.ts'

type Request = http.IncomingMessage
type Response = http.ServerResponse

// Longer than the writer lets a write wait for a handover and for the bucket.
const patienceMs = 30_000

/** The service that writes. */
export class Writer {
  readonly #url: URL
  readonly #token: string | null
  readonly #agent: http.Agent
  /** Who writes twice at once sees both, whichever answer comes last. */
  #newest: Position | null = null

  /** @param token has the writer believe who asked; null where it believes nobody */
  constructor(url: URL, token: string | null) {
    this.#url = url
    this.#token = token
    const { Agent } = url.protocol === 'https:' ? https : http
    this.#agent = new Agent({ keepAlive: true })
  }

  /**
   * Has the writer answer a request.
   *
   * @param onWritten told, before the answer begins, what whoever asked must see from now on
   * @param onFailure told if there is no answer, and nothing was sent back yet
   * @param fits whether an answer with this status is one to send back
   */
  pass(
    request: Request,
    response: Response,
    {
      onWritten = () => {},
      onFailure,
      fits = () => true,
    }: {
      onWritten?: (position: Position) => void
      onFailure: (error: Error) => void
      fits?: (status: number) => boolean
    },
  ): void {
    const { method = 'GET', url = '/', headers } = request
    const call = this.#call(method, url, requestHeaders(headers, this.#url, this.#token))
    call.setTimeout(patienceMs, () => call.destroy(new Error(`no answer in ${patienceMs} ms`)))
    response.once('close', () => {
      call.destroy()
      // It may be answered before it has come whole, and the next request on its connection comes after it.
      request.unpipe(call).resume()
    })
    call.once('response', (answer) => {
      const { statusCode = 502 } = answer
      if (response.destroyed || !fits(statusCode)) {
        answer.resume()
        if (!response.destroyed) onFailure(new Error(`it answers ${statusCode}`))
        return
      }
      const { [positionHeader]: position, ...passed } = answerHeaders(answer.headers, this.#url)
      const written = parsePosition(position?.toString())
      for (const [name, value] of Object.entries(passed)) {
        if (value !== undefined) response.setHeader(name, value)
      }
      if (written) {
        this.#newest = later(this.#newest, written)
        onWritten(this.#newest)
      }
      response.writeHead(statusCode)
      pipeline(answer, response, () => {})
    })
    call.once('error', (error) => {
      if (response.closed) return
      if (response.headersSent) response.destroy()
      else onFailure(error)
    })
    request.pipe(call)
  }

  /** Asks it something of the app's own, without a body. */
  async fetch(
    path: string,
    {
      method,
      headers,
      timeoutMs,
    }: { method: string; headers: http.IncomingHttpHeaders; timeoutMs: number },
  ): Promise<{ status: number; json(): Promise<unknown> }> {
    const own = { ...headers, 'content-length': '0' }
    const call = this.#call(method, path, requestHeaders(own, this.#url, this.#token))
    const { promise, resolve, reject } = Promise.withResolvers<Request>()
    const late = () => call.destroy(new Error(`no answer in ${timeoutMs} ms`))
    const deadline = setTimeout(late, timeoutMs)
    call.once('response', resolve).on('error', reject).end()
    try {
      const answer = await promise
      const body = await buffer(answer)
      return { status: answer.statusCode ?? 502, json: async () => JSON.parse(body.toString()) }
    } finally {
      clearTimeout(deadline)
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #call(method: string, path: string, headers: http.OutgoingHttpHeaders): http.ClientRequest {
    const { request } = this.#url.protocol === 'https:' ? https : http
    return request(this.#url, { method, path, headers, agent: this.#agent })
  }
}
