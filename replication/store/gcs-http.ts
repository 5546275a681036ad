import { answerProblem, isBucketMissing, requestProblem, Unanswered } from './gcs-problem.ts'
import type { Authorize } from './google-credentials.ts'
import type { Patience } from './patience.ts'

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
  async repeat(request: Request, patience: Patience): Promise<Answer> {
    for (;;) {
      try {
        return await this.once(request, patience)
      } catch (error) {
        if (!(error instanceof Unanswered)) throw error
        await patience.wait(error)
      }
    }
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

  async #send(request: Request, signal: AbortSignal): Promise<Answer> {
    const { endpoint, fetch, authorize } = this.#options
    const { method = 'GET', path, query, body = null } = request
    const url = `${endpoint}${path}${query ? `?${new URLSearchParams(query)}` : ''}`
    const headers = await unlessAborted(authorize(), signal)
    for (const [name, value] of Object.entries(request.headers ?? {})) headers.set(name, value)
    const response = await fetch(url, { method, headers, body, signal })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
}

// Google's auth library takes no signal.
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work, aborted])
}
