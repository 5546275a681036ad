import type { ProblemDetails } from 'streamkeeper/config'
import * as http from 'streamkeeper/http'
import type { z } from 'zod'

/** A request that is not done, and what whoever sent it is told. */
export class ProblemError extends Error {
  readonly details: ProblemDetails

  constructor(details: ProblemDetails) {
    super(details.title)
    this.details = details
  }
}

/** The head and the body of the answer that tells of a problem (docs/api.md lists the types). */
export function problemAnswer(details: ProblemDetails) {
  return http.problemAnswer('visits', details)
}

type Answer = http.HandledAnswer<Record<string, string>>

/** What answers programs, with Next or without: what it refuses is answered as a problem. */
export function withProblems(
  answer: (request: http.HandledRequest) => Promise<Answer>,
): http.RouteHandler<Record<string, string>> {
  return async (request) => {
    try {
      return await answer(request)
    } catch (error) {
      if (error instanceof ProblemError) return problemAnswer(error.details)
      throw error
    }
  }
}

export function responseOf({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}

/** A route for programs that Next alone answers. */
export function route<Rest extends unknown[]>(
  answer: (request: Request, ...rest: Rest) => Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    try {
      return await answer(request, ...rest)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return responseOf(problemAnswer(error.details))
    }
  }
}

/**
 * What does not have the form that is asked for: each field, and what to change. What is wrong with a
 * field's value, its schema says.
 */
export function invalid(status: number, title: string, error: z.ZodError): ProblemError {
  const errors = error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ field, detail: 'There is no such field; leave it out.' }))
      : [{ field: issue.path.join('.'), detail: issue.message }],
  )
  const detail = 'The errors say what to change.'
  return new ProblemError({ status, type: 'invalid', title, detail, errors })
}
