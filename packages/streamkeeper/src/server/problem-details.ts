import type { OutgoingHttpHeaders } from 'node:http'

/** What went wrong, for programs (https://www.rfc-editor.org/rfc/rfc9457). */
export type ProblemDetails = {
  status: number
  /** Names the kind of problem, for good. */
  type: string
  title: string
  detail: string
  errors?: { field: string; detail: string }[]
  /** When to ask again, in seconds. */
  retryAfter?: number
  headers?: Record<string, string>
}

export function describeProblem(
  status: number,
  type: string,
  title: string,
  detail: string,
  retryAfter?: number,
): ProblemDetails {
  return { status, type, title, detail, ...(retryAfter !== undefined && { retryAfter }) }
}

/**
 * The head and the body of the answer that tells a program of a problem.
 *
 * @param app its name, of which the names of its problems begin
 */
export function problemAnswer(
  app: string,
  { retryAfter, type, headers: further, ...problem }: ProblemDetails,
) {
  const headers: OutgoingHttpHeaders & Record<string, string> = {
    ...further,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  }
  const body = `${JSON.stringify({ type: `urn:${app}:problem:${type}`, ...problem })}\n`
  return { status: problem.status, headers, body }
}
