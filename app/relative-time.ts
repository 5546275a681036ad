const words = new Intl.RelativeTimeFormat('en')

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
]

/** How long ago a time was, in its largest unit, as in `2 minutes ago`. */
export function relativeInWords(time: Date, now: Date): string {
  const ms = now.getTime() - time.getTime()
  // The clock of who reads it may be slow.
  const [unit, size] = units.find(([, size]) => ms >= size) ?? []
  return unit && size ? words.format(-Math.floor(ms / size), unit) : 'just now'
}

/** When it was where whoever reads it is, as in `25 November 2026 at 20:05 CET`. */
export function localInWords(time: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
    ...(timeZone && { timeZone }),
  }).format(time)
}
