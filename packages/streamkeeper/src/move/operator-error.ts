import { plainError } from '../postgres/problem.ts'

/** An error that names the fact and the next step already. */
export class OperatorError extends Error {}

/**
 * What an error says to whoever runs the command: the app's words speak of the variable that the app
 * has, and of a server that waits by itself.
 */
export function operatorErrorOf(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof OperatorError) return error
  const full = fullDisk(error)
  if (full) {
    return new OperatorError(
      `${full}, and run it again: what was copied is kept. It says: ${error.message}`,
      { cause: error },
    )
  }
  const plain = plainError(error)
  if (plain === error || !(plain instanceof Error)) return plain
  const here = plain.message
    .replace('in DATABASE_URL', 'in its URL')
    .replace('DATABASE_URL has', 'Its URL has')
  return new OperatorError(here.replace(/It goes on by itself[^.]*\./, 'Then run it again.'), {
    cause: error,
  })
}

function fullDisk(error: Error): string | null {
  const code = 'code' in error ? error.code : null
  if (code === '53100') return 'The disk of PostgreSQL is full: give it more room'
  if (code !== 'SQLITE_FULL' && code !== 'ENOSPC' && code !== 'disk-full') return null
  return 'A disk of this machine is full: free some of it, or name other folders with --work and TMPDIR'
}
