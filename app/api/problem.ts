import type { ProblemDetails } from 'streamkeeper/config'
import * as http from 'streamkeeper/http'

export type { ProblemDetails }

/** The head and the body of the answer that tells of a problem (docs/api.md lists the types). */
export function problemAnswer(details: ProblemDetails) {
  return http.problemAnswer('visits', details)
}

export function problem(details: ProblemDetails): Response {
  const { status, headers, body } = problemAnswer(details)
  return new Response(body, { status, headers })
}
