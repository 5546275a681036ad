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
