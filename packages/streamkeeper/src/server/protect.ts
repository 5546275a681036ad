import type { IncomingMessage, ServerResponse } from 'node:http'
import { type App, changesSomething, comesFor, isReading, pathOf, requestKind } from './app.ts'
import { arrivedHeader, clientHeader, clientOf, forwardedClient } from './client.ts'
import { crossSiteFacts, isCrossSite, type Place } from './cross-site.ts'
import { LargeBodies } from './large-bodies.ts'
import { log } from './log.ts'
import { dropInternal } from './next-headers.ts'
import { describeProblem, type ProblemDetails } from './problem-details.ts'
import { RateLimit } from './rate-limit.ts'
import { refuse } from './refuse.ts'
import { securityHeaders } from './security-headers.ts'
import type { ServerEnvironment } from './server-environment.ts'

// Next renders pages for the others too, and fails at some, such as TRACE.
const pageMethods = ['GET', 'HEAD', 'POST', 'OPTIONS']
const apiMethods = [...pageMethods, 'PUT', 'PATCH', 'DELETE']

/** What stands before the pages, whatever they do: it needs no database and waits for nothing. */
export class Protection {
  readonly #app: App
  readonly #setHeaders: ReturnType<typeof securityHeaders>
  readonly #development: boolean
  readonly #place: Place
  readonly #trustedProxies: number
  readonly #forwardToken: string | null
  readonly #requests: RateLimit | null
  readonly #writes: RateLimit | null
  readonly #largeBodies = new LargeBodies()

  constructor(
    app: App,
    {
      development,
      rateLimits,
      publicOrigins = [],
      isLocal = false,
      trustedProxies = 0,
      forwardToken = null,
    }: Pick<ServerEnvironment, 'development' | 'rateLimits'> &
      Partial<
        Pick<ServerEnvironment, 'publicOrigins' | 'isLocal' | 'trustedProxies' | 'forwardToken'>
      >,
  ) {
    this.#app = app
    this.#setHeaders = securityHeaders(development, app.config.contentSecurityPolicy)
    this.#development = development
    this.#place = { publicOrigins, isLocal }
    this.#trustedProxies = trustedProxies
    this.#forwardToken = forwardToken
    this.#requests = rateLimits && new RateLimit(rateLimits.requests)
    this.#writes = rateLimits && new RateLimit(rateLimits.writes)
  }

  /** Sets the headers that every answer has, also that to what can't be read. */
  receive(request: IncomingMessage, response: ServerResponse): void {
    comesFor(this.#app, request)
    this.#setHeaders(request, response)
  }

  /** Answers what the pages shall not see; false if this is not such a request. */
  async refuses(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const client = clientOf(request, this.#trustedProxies, this.#forwardToken)
    dropInternal(request.headers, this.#development)
    request.headers[clientHeader] = client
    request.headers[arrivedHeader] = String(performance.now())
    const problem =
      this.#noPath(request) ??
      this.#unknownMethod(request, response) ??
      this.#tooLarge(request) ??
      this.#crossSite(request) ??
      this.#noRoute(request, response) ??
      (await this.#tooMany(request, client)) ??
      this.#largeBodies.refuses(request, response)
    if (!problem) return this.#tellsMethods(request, response)
    // What is still to come of the body is not waited for.
    if (problem.status === 413) response.setHeader('connection', 'close')
    refuse(request, response, problem)
    return true
  }

  // As it is sent to a proxy: Next would send a client that asks for another server there. What can't
  // be decoded, Next answers with a page, also below /api/.
  #noPath({ url = '' }: IncomingMessage): ProblemDetails | null {
    if (url.startsWith('/') && isDecodable(pathOf(url))) return null
    const detail = 'Ask for a path of this server: it begins with "/".'
    return describeProblem(400, 'no-path', 'This is not a path.', detail)
  }

  #unknownMethod(request: IncomingMessage, response: ServerResponse): ProblemDetails | null {
    const methods = this.#app.isForPrograms(request) ? apiMethods : pageMethods
    if (methods.includes(request.method ?? '')) return null
    const route = this.#noRoute(request, response)
    if (route) return route
    // A handler may be anywhere, and here is one that takes it; the sources have no list of them.
    const isForHandler = this.#app.routes !== null || this.#development
    if (isForHandler && apiMethods.includes(request.method ?? '')) return null
    return wrongMethod(methods, response)
  }

  // A body that doesn't say how long it is, is for whoever reads it to measure.
  #tooLarge(request: IncomingMessage): ProblemDetails | null {
    const { programs, forms } = this.#app.bodyLimits
    const limitBytes = this.#app.isForPrograms(request) ? programs : forms
    if (Number(request.headers['content-length'] ?? 0) <= limitBytes) return null
    const detail = `Send at most ${limitBytes / 1024} KiB.`
    return describeProblem(413, 'too-large', 'The body is too large.', detail)
  }

  // Before anything is counted: another site can't use up what its visitors may do here.
  #crossSite(request: IncomingMessage): ProblemDetails | null {
    if (!isCrossSite(request, this.#place)) return null
    const { message, ...facts } = crossSiteFacts(request)
    log('WARNING', message, facts)
    const detail = 'Nothing was changed. Open the page here, and do it there.'
    const told = this.#place.isLocal ? `${detail} ${message}` : detail
    return describeProblem(403, 'cross-site', 'This came from another site.', told)
  }

  // Whoever tries what other software has, costs no lease and no page.
  #noRoute(request: IncomingMessage, response: ServerResponse): ProblemDetails | null {
    const found = this.#app.routes?.find(request) ?? 'taken'
    if (found === 'taken') return null
    // To a person who asks for a page that isn't there, Next shows one that says so.
    const isForPage = isReading(request) && !this.#app.isForPrograms(request)
    if (found === 'no-route') return isForPage ? null : noRoute
    return wrongMethod(found.allow, response)
  }

  // Next has no answer to it but that of its API: 400 for a page, and 500 for a file.
  #tellsMethods(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method !== 'OPTIONS' || this.#app.isForPrograms(request)) return false
    const methods = this.#app.isStatic(request.url)
      ? ['GET', 'HEAD', 'OPTIONS']
      : this.#app.routes?.methods(request)
    if (!methods) return false
    response.writeHead(204, { allow: methods.join(', ') }).end()
    return true
  }

  async #tooMany(request: IncomingMessage, client: string): Promise<ProblemDetails | null> {
    const kind = requestKind(request)
    // Fifty open pages behind one address would use up what all of them may ask for.
    if (kind === 'static' || (kind === 'read' && this.#app.isPolled(request))) return null
    const retryAfter =
      (await this.#requests?.take(client)) ??
      (this.#isWrite(request) ? await this.#writes?.take(client) : null)
    if (!retryAfter) return null
    const detail = `Please come back in ${retryAfter} seconds.`
    return describeProblem(429, 'too-many', 'There were too many requests.', detail, retryAfter)
  }

  // What a reader has written if possible is somebody's GET there, and was counted as that.
  #isWrite(request: IncomingMessage): boolean {
    const isOfReader = forwardedClient(request.headers, this.#forwardToken) !== null
    const kind = requestKind(request)
    return kind === 'write' || (changesSomething(request) && !isOfReader)
  }
}

const noRoute = describeProblem(404, 'not-found', 'There is nothing here.', 'Look at the address.')

function wrongMethod(methods: string[], response: ServerResponse): ProblemDetails {
  response.setHeader('allow', methods.join(', '))
  const detail = `Send one of ${methods.join(', ')}.`
  return describeProblem(405, 'wrong-method', 'This can not be done here.', detail)
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
