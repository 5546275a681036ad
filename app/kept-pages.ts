import type { IncomingMessage } from 'node:http'
import { accepts } from '../packages/streamkeeper/src/server/accepts.ts'
import { noticeHeader } from './notice-header.ts'
import { whoAsks } from './visits/who-asks.ts'

/**
 * The headers in which the server tells the pages what differs from one answer to the next; what a
 * client sends in them is dropped. A kept page is rendered with markers in place of the first two,
 * so a page has to show them as they are.
 */
export const formKeyHeader = 'x-form-key'
/** `1,237 times 14`: what is shown of the next two. */
export const shownVisitsHeader = 'x-visits-shown'

/** How many visits there are, how many of them on the day of the answer, and that day (UTC). */
export const visitsHeader = 'x-visits'
export const todayHeader = 'x-visits-today'
export const dayHeader = 'x-visits-day'

/** Set where a page is asked for before anybody looks at it: it is to be counted when it is shown. */
export const laterHeader = 'x-visit-later'

/**
 * Under which key the answer to a request may be kept, as it is the same for everybody but for the
 * headers above; null if it may not.
 */
export function keptPage({
  method,
  url = '',
  headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): string | null {
  const isDocument = accepts({ headers }).html && !headers.rsc
  if (method !== 'GET' || !isDocument || headers.cookie !== undefined) return null
  // A preview needs the whole address of a picture, with the host that it has asked.
  if (whoAsks(headers['user-agent']) === 'bot') return null
  const isKept =
    url === '/'
      ? // Otherwise the front page shows a number that is no marker.
        headers[visitsHeader] !== undefined
      : /^\/(how-it-works|guestbook(\?before=\d{1,10})?)$/.test(url)
  return isKept ? [headers[noticeHeader], headers[dayHeader], url].join(' ') : null
}

type Placeholder = 'nonce' | 'formKey' | 'visits' | 'times' | 'today'

/** What a kept page shows of a request, by name: a page that lacks it has failed. */
export function placeholders({
  url = '',
  headers,
}: Pick<IncomingMessage, 'url' | 'headers'>): Placeholder[] {
  return [
    'nonce',
    // Only the newest entries have the form above them.
    ...(/^\/(guestbook)?$/.test(url) ? ['formKey' as const] : []),
    ...(headers[visitsHeader] === undefined ? [] : (['visits', 'times', 'today'] as const)),
  ]
}
