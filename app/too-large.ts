import type { ProblemDetails } from 'streamkeeper/config'

/** An entry in any script, each character escaped, with room for one that is too long. */
export const apiLimitBytes = 32 * 1024

/** The same as a form: its writer is told how much too long it is, and keeps it. */
export const formLimitBytes = 128 * 1024

/** The answer to a body of more bytes than are taken. */
export function tooLarge(limitBytes: number): ProblemDetails {
  return {
    status: 413,
    type: 'too-large',
    title: 'The body is too large.',
    detail: `Send at most ${limitBytes / 1024} KiB.`,
  }
}
