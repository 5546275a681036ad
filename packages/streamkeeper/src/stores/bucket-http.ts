import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { retry } from '../retry.ts'
import { answerProblem, isOfObject, requestProblem } from './bucket-problem.ts'
import type { Patience } from './patience.ts'
import { ReplicationProblem } from './problem.ts'

export type Request = {
  method?: 'DELETE' | 'GET' | 'HEAD' | 'POST' | 'PUT'
  path: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: string
  /** Statuses that are an answer although they are no success. */
  expected?: readonly number[]
}

export type Answer = { status: number; headers: Headers; text: string }

/** A request as it is sent. */
export type Outgoing = {
  method: string
  url: string
  headers: Record<string, string>
  body: string | null
}

/** The headers that let a request in, and those that it has. */
export type Authorize = (request: Outgoing) => Promise<Headers>

export type HttpOptions = {
  /** `https://HOST`, and what comes before each path. */
  endpoint: string
  /** To name in problems. */
  replicaUrl: string
  /** How long one request may take, in milliseconds. */
  attemptMs: number
  fetch: typeof fetch
  authorize: Authorize
}

// Of a download, which takes as long as it is large.
const silenceMs = 15_000

/** Requests to a bucket. */
export class BucketHttp {
  readonly #options: HttpOptions

  constructor(options: HttpOptions) {
    this.#options = options
  }

  /**
   * Asks until there is an answer: only for what may be done twice.
   *
   * @throws {ReplicationProblem} if there is none in time, or it is neither a success nor expected
   */
  repeat(request: Request, patience: Patience): Promise<Answer> {
    return retry(() => this.once(request, patience), patience.again)
  }

  /**
   * @throws {Unanswered} if it may have taken effect or not
   * @throws {ReplicationProblem} if the answer is neither a success nor expected
   */
  async once(request: Request, patience: Patience): Promise<Answer> {
    const { replicaUrl, attemptMs } = this.#options
    const signal = AbortSignal.timeout(Math.min(attemptMs, patience.leftMs))
    const answer = await this.#send(request, signal).catch((error: unknown) => {
      throw requestProblem(error, replicaUrl)
    })
    const words = request.method === 'HEAD' ? null : answer.text
    const isOther = answer.status === 404 && !isOfObject(words, replicaUrl)
    const isExpected = request.expected?.includes(answer.status) && !isOther
    if (answer.status >= 300 && !isExpected) throw answerProblem(answer, replicaUrl)
    return answer
  }

  /**
   * Asks once for an object from its byte `from` on, whatever its size, and hands it over as it comes.
   *
   * @param take must not throw
   * @returns false if there is no such object
   * @throws {Unanswered} if it did not come, or not all of it
   * @throws {ReplicationProblem} if it was refused
   */
  async each(
    path: string,
    from: number,
    take: (bytes: Buffer) => void,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { replicaUrl } = this.#options
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(new Error('it fell silent')), silenceMs)
    const ended = AbortSignal.any([silence.signal, ...(signal ? [signal] : [])])
    try {
      const headers = from > 0 ? { range: `bytes=${from}-` } : {}
      const response = await this.#fetch({ path, headers }, ended)
      const { ok, status, body } = response
      if (!ok || !body) {
        const answer = { status, headers: response.headers, text: await response.text() }
        if (status === 404 && isOfObject(answer.text, replicaUrl)) return false
        throw answerProblem(answer, replicaUrl)
      }
      // A server that does not know ranges sends all of it.
      let known = status === 206 ? 0 : from
      for await (const chunk of Readable.fromWeb(body as WebStream<Uint8Array>)) {
        timer.refresh()
        const { buffer, byteOffset, length } = chunk.subarray(known)
        known = Math.max(0, known - chunk.length)
        if (length > 0) take(Buffer.from(buffer, byteOffset, length))
      }
      return true
    } catch (error) {
      if (error instanceof ReplicationProblem) throw error
      signal?.throwIfAborted()
      throw requestProblem(silence.signal.aborted ? silence.signal.reason : error, replicaUrl)
    } finally {
      clearTimeout(timer)
    }
  }

  async #send(request: Request, signal: AbortSignal): Promise<Answer> {
    const response = await this.#fetch(request, signal)
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  async #fetch(request: Request, signal: AbortSignal): Promise<Response> {
    const { endpoint, fetch, authorize } = this.#options
    const { method = 'GET', path, query, headers = {}, body = null } = request
    const url = `${endpoint}${path}${query ? `?${inQuery(query)}` : ''}`
    const authorized = await unlessAborted(authorize({ method, url, headers, body }), signal)
    for (const [name, value] of Object.entries(headers)) authorized.set(name, value)
    // Where it is sent elsewhere, it would go without its keys, and a write perhaps as a read.
    return fetch(url, { method, headers: authorized, body, signal, redirect: 'manual' })
  }
}

// A space as %20: as a plus sign it would be signed as one.
function inQuery(query: Record<string, string>): string {
  return Object.entries(query)
    .map((pair) => pair.map(encodeURIComponent).join('='))
    .join('&')
}

// What finds credentials takes no signal.
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, aborted])
}
