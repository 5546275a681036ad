import type { IncomingMessage, ServerResponse } from 'node:http'
import { appOf } from './app.ts'
import { discardBody } from './body-of.ts'
import { describeProblem, type ProblemDetails } from './problem-details.ts'

/** How many bodies there may be at once that are large: 8 MiB, unless the app allows longer ones, however many ask. */
export const largeAtOnce = 64

/** Bounds what bodies take of the memory. Small ones are bounded by how many requests there may be. */
export class LargeBodies {
  #count = 0

  /** Lets one in until it is answered; or says why not, and keeps nothing of its body. */
  refuses(request: IncomingMessage, response: ServerResponse): ProblemDetails | null {
    // Whoever has gone already is not heard of again.
    const smallBytes = appOf(request).bodyLimits.programs
    if (!isLarge(request, smallBytes) || response.closed) return null
    if (this.#count === largeAtOnce) {
      discardBody(request)
      return tooManyLarge(smallBytes)
    }
    this.#count++
    response.once('close', () => this.#count--)
    return null
  }
}

function tooManyLarge(smallBytes: number): ProblemDetails {
  const detail = `Please send it again in a moment. One of at most ${smallBytes / 1024} KiB that says so (Content-Length) is always let in.`
  return describeProblem(503, 'unavailable', 'Too many large bodies come at once.', detail, 5)
}

function isLarge({ headers }: IncomingMessage, smallBytes: number): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  return Number(headers['content-length'] ?? 0) > smallBytes
}
