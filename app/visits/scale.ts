import type { Day } from '../../db/visits.ts'

const fewestDays = 7
const mostSteps = 4

/** Round numbers in even steps, from 0 to at least `most`. */
export function scaleTo(most: number): number[] {
  const least = Math.max(1, most / mostSteps)
  const power = 10 ** Math.floor(Math.log10(least))
  const step = ([1, 2, 5].find((times) => times * power >= least) ?? 10) * power
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => index * step)
}

/**
 * Those of the last days that are worth a look: from the first visit on, and a week at least.
 *
 * @param total of the visits at any time, counted before `days` were
 */
export function sinceFirstVisit(days: Day[], total: number): Day[] {
  const first = days.findIndex(({ visits }) => visits > 0)
  const sum = days.reduce((sum, { visits }) => sum + visits, 0)
  if (total > sum) return days
  return days.slice(first === -1 ? -fewestDays : Math.min(first, days.length - fewestDays))
}
