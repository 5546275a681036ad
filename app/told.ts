/**
 * The headers in which `handle.ts` tells the pages what they can't know; what a client sends in them is
 * dropped.
 */
export const told = {
  path: 'x-path',
  /** Why nothing is written, as in `notice.tsx`. */
  notice: 'x-notice',
  /** The idempotency key of the form in this answer. */
  formKey: 'x-form-key',
  /** How many visits there are, how many of them on the day of the answer, and that day (UTC). */
  visits: 'x-visits',
  today: 'x-visits-today',
  day: 'x-visits-day',
  /** What is shown of the first two, and the noun that goes with the first: to be shown as they are. */
  shownVisits: 'x-visits-shown',
  shownTimes: 'x-times-shown',
  shownToday: 'x-visits-today-shown',
  /** Set where a page is asked for before anybody looks at it: it is to be counted when it is shown. */
  later: 'x-visit-later',
} as const

/** What is said where a visit is not counted. */
export const notCounted = 'Visits are not being counted at the moment.'
