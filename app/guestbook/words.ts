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

// As many characters as a line has where it is widest, and lines that are shown at first.
const width = 80
const lines = 6

/** Whether a message is folded, as it would leave no room for others. */
export function isLong(message: string): boolean {
  const needed = message.split('\n').map((line) => Math.max(1, Math.ceil(line.length / width)))
  return needed.reduce((sum, count) => sum + count, 0) > lines
}
