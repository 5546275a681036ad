import type { IncomingMessage } from 'node:http'
import { accepts } from '../server/accepts.ts'
import { noticeHeader } from './notice-header.ts'

/**
 * The headers in which the server tells the pages what differs from one answer to the next; what a
 * client sends in them is dropped. A kept page is rendered with markers in their place, so a page
 * has to show them as they are.
 */
export const formKeyHeader = 'x-form-key'
export const visitsHeader = 'x-visits'

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
  const isKept =
    url === '/'
      ? // Otherwise the front page shows a number that is no marker.
        headers[visitsHeader] !== undefined
      : /^\/guestbook(\?before=\d{1,10})?$/.test(url)
  return isKept ? [headers[noticeHeader], url].join(' ') : null
}

/** What a kept page shows of a request, by name: a page that lacks it has failed. */
export function placeholders({
  url = '',
  headers,
}: Pick<IncomingMessage, 'url' | 'headers'>): ('nonce' | 'formKey' | 'visits')[] {
  return [
    'nonce',
    // Only the newest entries have the form above them.
    ...(url.includes('?before=') ? [] : ['formKey' as const]),
    ...(headers[visitsHeader] === undefined ? [] : ['visits' as const]),
  ]
}
