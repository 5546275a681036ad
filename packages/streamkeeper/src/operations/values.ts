import { z } from 'zod'

/** A whole number from 1 on. */
export const atLeastOne = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'needs a whole number from 1 on')
  .transform(Number)

/** A number of seconds, perhaps with a fraction. */
export const seconds = z
  .string()
  .regex(/^\d{1,6}(\.\d+)?$/, 'needs a number of seconds')
  .transform(Number)

/** A whole number from 0 on. */
export const wholeNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,7})$/, 'needs a whole number from 0 on')
  .transform(Number)

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
