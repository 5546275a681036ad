import type { ProblemDetails } from 'streamkeeper/config'

export type { ProblemDetails }

/** The head and the body of the answer that tells of a problem (docs/api.md lists the types). */
export function problemAnswer({ retryAfter, type, headers: further, ...problem }: ProblemDetails) {
  const headers: Record<string, string> = {
    ...further,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
  }
  const body = `${JSON.stringify({ type: `urn:visits:problem:${type}`, ...problem })}\n`
  return { status: problem.status, headers, body }
}

export function problem(details: ProblemDetails): Response {
  const { status, headers, body } = problemAnswer(details)
  return new Response(body, { status, headers })
}
