import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { retry } from '../retry.ts'
import { fileProblem } from './file-problem.ts'
import { answerProblem, isBucketMissing, requestProblem } from './gcs-problem.ts'
import type { Authorize } from './google-credentials.ts'
import type { Patience } from './patience.ts'
import { ReplicationProblem } from './problem.ts'

export type Request = {
  method?: 'GET' | 'POST' | 'DELETE'
  path: string
  query?: Record<string, string>
  headers?: Record<string, string>
  body?: string
  /** Statuses that are an answer although they are no success. */
  expected?: readonly number[]
}

export type Answer = { status: number; headers: Headers; text: string }

export type HttpOptions = {
  /** `http://HOST:PORT` of an emulator */
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

/** Requests to Cloud Storage. */
export class GcsHttp {
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
    const isExpected = request.expected?.includes(answer.status) && !isBucketMissing(answer)
    if (answer.status >= 300 && !isExpected) throw answerProblem(answer, replicaUrl)
    return answer
  }

  /**
   * Asks once for an object of any size, and writes it to the file as it comes.
   *
   * @returns how many bytes it has; null if there is no such object
   * @throws {Unanswered} if it did not come, or not all of it
   * @throws {ReplicationProblem} if it was refused, or there is no room for it
   */
  save(path: string, file: string, signal: AbortSignal): Promise<number | null> {
    return this.#download({ path }, signal, async (chunks, ended) => {
      const output = createWriteStream(file)
      await pipeline(chunks, output, { signal: ended })
      return output.bytesWritten
    })
  }

  /**
   * Asks once for all of an object.
   *
   * @returns null if there is no such object
   * @throws {Unanswered} if it did not come, or not all of it
   * @throws {ReplicationProblem} if it was refused
   */
  bytes(path: string): Promise<Buffer | null> {
    return this.#download({ path }, null, async (chunks) =>
      Buffer.concat(await Array.fromAsync(chunks)),
    )
  }

  /**
   * Asks once for an object from its byte `from` on, and hands it over as it comes.
   *
   * @returns false if there is no such object
   * @throws as {@link bytes} does
   */
  async each(path: string, from: number, take: (bytes: Buffer) => void): Promise<boolean> {
    const headers = from > 0 ? { range: `bytes=${from}-` } : {}
    const done = await this.#download({ path, headers }, null, async (chunks, _, status) => {
      // A server that does not know ranges sends all of it.
      let known = status === 206 ? 0 : from
      for await (const chunk of chunks) {
        const { buffer, byteOffset, length } = chunk.subarray(Math.min(known, chunk.length))
        known = Math.max(0, known - chunk.length)
        if (length > 0) take(Buffer.from(buffer, byteOffset, length))
      }
      return true
    })
    return done ?? false
  }

  async #download<T>(
    request: Request,
    signal: AbortSignal | null,
    take: (chunks: AsyncIterable<Uint8Array>, ended: AbortSignal, status: number) => Promise<T>,
  ): Promise<T | null> {
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(new Error('it fell silent')), silenceMs)
    const ended = AbortSignal.any([silence.signal, ...(signal ? [signal] : [])])
    const { replicaUrl } = this.#options
    try {
      const response = await this.#fetch(request, ended)
      if (!response.ok || !response.body) {
        const answer = { status: response.status, text: await response.text() }
        if (answer.status === 404 && !isBucketMissing(answer)) return null
        throw answerProblem(answer, replicaUrl)
      }
      const body = Readable.fromWeb(response.body as WebStream)
      return await take(heard(body, timer), ended, response.status)
    } catch (error) {
      if (error instanceof ReplicationProblem) throw error
      signal?.throwIfAborted()
      if (error instanceof Error && 'syscall' in error) {
        throw fileProblem(error, replicaUrl)
      }
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
    const { method = 'GET', path, query, body = null } = request
    const url = `${endpoint}${path}${query ? `?${new URLSearchParams(query)}` : ''}`
    const headers = await unlessAborted(authorize(), signal)
    for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, value)
    return fetch(url, { method, headers, body, signal })
  }
}

async function* heard(
  chunks: AsyncIterable<Uint8Array>,
  timer: NodeJS.Timeout,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    timer.refresh()
    yield chunk
  }
}

// Google's auth library takes no signal.
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, aborted])
}
