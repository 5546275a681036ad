/**
 * The code of an error of the server (https://www.postgresql.org/docs/current/errcodes-appendix.html)
 * or of the network, wherever Drizzle has put it; null if it has none.
 */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  if ('code' in error && typeof error.code === 'string') return error.code
  return sqlStateOf(error.cause)
}
