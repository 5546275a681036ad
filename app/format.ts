/** How numbers, days and times are written, everywhere: in English, and in UTC. */
const numbers = new Intl.NumberFormat('en-GB')
const days = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })
const times = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
})

/** As in `1,237`. */
export function numberInWords(number: number): string {
  return numbers.format(number)
}

/** The noun that goes with a number: `1 time`, `2 times`. */
export function plural(number: number, noun: string): string {
  return number === 1 ? noun : `${noun}s`
}

/** As in `25 November`, of `2026-11-25`; nothing where that isn't known. */
export function dayInWords(day: string | undefined): string {
  return day && !Number.isNaN(Date.parse(day)) ? days.format(new Date(day)) : ''
}

/** As in `25 November 2026 at 19:05 UTC`. */
export function timeInWords(time: string): string {
  return `${times.format(new Date(time))} UTC`
}

const relative = new Intl.RelativeTimeFormat('en')

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
  return unit && size ? relative.format(-Math.floor(ms / size), unit) : 'just now'
}

/** When it was where whoever reads it is, as in `25 November 2026 at 20:05 CET`. */
export function localInWords(time: Date, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...{ day: 'numeric', month: 'long', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
    ...(timeZone && { timeZone }),
  }).format(time)
}
