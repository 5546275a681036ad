import type { Replicated } from 'streamkeeper'

/**
 * As in `In the bucket 38 ms after you sent it`.
 *
 * @param durableMs from when it came to when it was safe
 */
export function receiptInWords(durableMs: number, role: Replicated['role']): string {
  const where = role === 'postgres' ? 'database' : 'bucket'
  const took = durableMs < 1_000 ? `${durableMs} ms` : `${(durableMs / 1_000).toFixed(1)} s`
  return `In the ${where} ${took} after you sent it`
}
