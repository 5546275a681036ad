/**
 * Whether a request for the front page is somebody looking at it, and not a browser or a program
 * preparing to: a prefetch, a HEAD, the answer to a form.
 */
export function isVisit(headers: Headers): boolean {
  // The server sets it on every request: a page can't see the method it is asked with.
  if (headers.get('x-request-method') !== 'GET') return false
  if (headers.has('next-router-prefetch') || headers.has('next-router-segment-prefetch'))
    return false
  return ![headers.get('purpose'), headers.get('sec-purpose')].some((purpose) =>
    purpose?.includes('prefetch'),
  )
}
