import {
  type ProblemDetails,
  problemAnswer,
} from '../../packages/streamkeeper/src/server/problem-details.ts'

export function problem(details: ProblemDetails): Response {
  const { status, headers, body } = problemAnswer(details)
  return new Response(body, { status, headers })
}
