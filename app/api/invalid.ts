import type { z } from 'zod'
import { problem } from './problem.ts'

/** The answer to what does not have the form that is asked for: each field, and what to change. */
export function invalid(status: number, title: string, error: z.ZodError): Response {
  return problem({
    status,
    type: 'invalid',
    title,
    detail: 'The errors say what to change.',
    errors: error.issues.map(({ path, message }) => ({ field: path.join('.'), detail: message })),
  })
}
