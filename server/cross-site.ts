import type { IncomingMessage } from 'node:http'

/**
 * Whether a browser sent this on behalf of another site, and it might change something here.
 *
 * Browsers say so in Sec-Fetch-Site, which no script can set; those that don't, and all where the
 * page came over plain HTTP, name the page's origin, which has to be this host. `Host` is the one
 * that the browser asked for, and Cloud Run keeps it. X-Forwarded-Host is not looked at: nothing in
 * front of the app has to set it, so it may be anybody's claim. What sends neither is no browser, so
 * nobody's cookies travel with it.
 */
export function isCrossSite({
  method,
  headers,
}: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false
  const { 'sec-fetch-site': site, origin, host } = headers
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  // An origin of "null" is a sandbox, a file or a redirect from elsewhere.
  return origin !== undefined && URL.parse(origin)?.host !== host?.toLowerCase()
}
