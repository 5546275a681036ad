import { epochName } from '../stores/epochs.ts'
import type { Layout } from '../stores/replica-url.ts'

/** Such as `1.2 MB`. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${short(bytes / 1_000)} KB`
  return bytes < 1_000_000_000 ? `${short(bytes / 1_000_000)} MB` : `${short(bytes / 1e9)} GB`
}

/** Such as `3 h`. */
export function durationInWords(ms: number): string {
  const [seconds, minutes, hours] = [ms / 1_000, ms / 60_000, ms / 3_600_000]
  if (seconds < 100) return `${short(seconds)} s`
  if (minutes < 100) return `${Math.round(minutes)} min`
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`
}

/** RFC 3339 with milliseconds, as `restore --at` takes it. */
export function timeInWords(at: number): string {
  return new Date(at).toISOString()
}

/** A line for each pair, the second halves below one another. */
export function pairsInWords(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length)) + 2
  return pairs.map(([name, value]) => `${name.padEnd(width)}${value}`).join('\n')
}

/** The rows below their headings. */
export function tableInWords(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n')
}

function short(value: number): string {
  return value >= 99.5 ? String(Math.round(value)) : value.toFixed(1)
}

/** The name of an epoch for people; 0 is a replica without epochs. */
export function epochInWords(epoch: number): string {
  return epoch === 0 ? 'no epoch' : epochName(epoch)
}

/** What was restored, for people. */
export function positionInWords(
  { epoch, layout }: { epoch: number; layout: Layout },
  txid: number | null,
): string {
  if (layout === 'generations') return 'no epoch, of Litestream 0.3'
  return `${epochInWords(epoch)}, transaction ${txid}`
}
