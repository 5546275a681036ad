import type { z } from 'zod'
import { problem } from './problem.ts'

/**
 * The answer to what does not have the form that is asked for: each field, and what to change. What
 * is wrong with a field's value, its schema says.
 */
export function invalid(status: number, title: string, error: z.ZodError): Response {
  return problem({
    status,
    type: 'invalid',
    title,
    detail: 'The errors say what to change.',
    errors: error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((field) => ({ field, detail: 'There is no such field; leave it out.' }))
        : [{ field: issue.path.join('.'), detail: issue.message }],
    ),
  })
}
