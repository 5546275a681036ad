import { z } from 'zod'

const unitMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Reads a moment of the past: RFC 3339, or how long ago it is, as in `-10m` (`s`, `m`, `h`, `d`).
 *
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; null if the text is neither
 */
export function parseMoment(text: string, now: number): number | null {
  const [, count, unit] = /^-(\d{1,6})([smhd])$/.exec(text) ?? []
  if (count !== undefined && unit !== undefined) return now - Number(count) * (unitMs[unit] ?? 0)
  return z.iso.datetime({ offset: true }).safeParse(text).success ? Date.parse(text) : null
}
