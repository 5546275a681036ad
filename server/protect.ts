import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestKind } from '../app/request-kind.ts'
import { clientHeader, clientOf } from './client.ts'
import { isCrossSite } from './cross-site.ts'
import type { Environment } from './environment.ts'
import type { ProblemDetails } from './problem-details.ts'
import { RateLimit } from './rate-limit.ts'
import { refuse } from './refuse.ts'
import { securityHeaders } from './security-headers.ts'

// Of the whole body; actions and the API take less.
const limitBytes = 1_000_000

/** What stands before the pages, whatever they do: it needs no database and waits for nothing. */
export class Protection {
  /** Sets the headers that every answer has. */
  readonly setHeaders: (request: IncomingMessage, response: ServerResponse) => void
  readonly #onCloudRun: boolean
  readonly #requests: RateLimit | null
  readonly #writes: RateLimit | null

  constructor({
    development,
    onCloudRun,
    rateLimits,
  }: Pick<Environment, 'development' | 'onCloudRun' | 'rateLimits'>) {
    this.setHeaders = securityHeaders(development)
    this.#onCloudRun = onCloudRun
    this.#requests = rateLimits && new RateLimit(rateLimits.requests)
    this.#writes = rateLimits && new RateLimit(rateLimits.writes)
  }

  /** Answers what the pages shall not see; false if this is not such a request. */
  async refuses(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const client = clientOf(request, this.#onCloudRun)
    request.headers[clientHeader] = client
    const problem =
      this.#tooLarge(request) ?? this.#crossSite(request) ?? (await this.#tooMany(request, client))
    if (!problem) return false
    // What is still to come of the body is not waited for.
    if (problem.status === 413) response.setHeader('connection', 'close')
    refuse(request, response, problem)
    return true
  }

  #tooLarge({ headers }: IncomingMessage): ProblemDetails | null {
    if (Number(headers['content-length'] ?? 0) <= limitBytes) return null
    return {
      status: 413,
      type: 'too-large',
      title: 'The body is too large.',
      detail: `Send at most ${limitBytes} bytes.`,
    }
  }

  // Before anything is counted: another site can't use up what its visitors may do here.
  #crossSite(request: IncomingMessage): ProblemDetails | null {
    if (!isCrossSite(request)) return null
    return {
      status: 403,
      type: 'cross-site',
      title: 'This came from another site.',
      detail: 'Nothing was changed. Open the page here, and do it there.',
    }
  }

  async #tooMany(request: IncomingMessage, client: string): Promise<ProblemDetails | null> {
    const kind = requestKind(request)
    if (kind === 'static') return null
    const retryAfter =
      (await this.#requests?.take(client)) ??
      (kind === 'write' ? await this.#writes?.take(client) : null)
    if (!retryAfter) return null
    return {
      status: 429,
      type: 'too-many',
      title: 'There were too many requests.',
      detail: `Please come back in ${retryAfter} seconds.`,
      retryAfter,
    }
  }
}
