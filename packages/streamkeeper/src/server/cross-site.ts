import type { IncomingMessage } from 'node:http'

type Asked = Pick<IncomingMessage, 'method' | 'headers'>

/** Where the app is, as browsers see it. */
export type Place = {
  /** The origins of PUBLIC_URL; empty where it is not set. */
  publicOrigins: string[]
  /** Whether its owner alone uses this server, perhaps through a tunnel. */
  isLocal: boolean
}

/**
 * Whether a browser sent this on behalf of another site, and it might change something here.
 *
 * A page of PUBLIC_URL is one of ours, whatever a proxy makes of `Host`. Of others browsers say in
 * Sec-Fetch-Site where they come from; no script can set it. Older browsers don't, nor any over plain
 * HTTP: they name the page's origin, which has to be this host. `Host` is the one that the browser
 * asked for, unless a proxy rewrites it. X-Forwarded-Host is believed on its owner's machine alone:
 * elsewhere nothing in front of the app has to set it, so it may be anybody's claim. What sends neither
 * header is no browser, so nobody's cookies travel with it.
 */
export function isCrossSite({ method, headers }: Asked, place: Place): boolean {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false
  const { 'sec-fetch-site': site, origin, host } = headers
  if (origin !== undefined && place.publicOrigins.includes(origin.toLowerCase())) return false
  if (site !== undefined) return site !== 'same-origin' && site !== 'none'
  if (origin === undefined) return false
  const hosts = [host, ...(place.isLocal ? [forwardedHost(headers)] : [])]
  return !hosts.some((host) => isAt(origin, host))
}

/** What an operator has to know of a request that was refused: both values, and the variable. */
export function crossSiteFacts({ headers }: Pick<Asked, 'headers'>) {
  const { 'sec-fetch-site': site, origin = 'a page of unknown origin', host } = headers
  const said = site === undefined ? '' : `, as Sec-Fetch-Site says "${site}"`
  const message = `A request from ${origin} to the host ${host} was refused${said}. If that page is one of this app, set PUBLIC_URL to its origin, or add it there after a comma. Otherwise another site has tried, and there is nothing to do.`
  return { origin, host, message: message.slice(0, 1_000) }
}

// An origin of "null" is a sandbox, a file or a redirect from elsewhere.
function isAt(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin)
  if (!page || !host) return false
  // A default port may be named in the one and not in the other.
  return page.host !== '' && page.host === URL.parse(`${page.protocol}//${host}`)?.host
}

// Each proxy adds its own; the first one is nearest to the browser.
function forwardedHost(headers: Asked['headers']): string | undefined {
  return headers['x-forwarded-host']?.toString().split(',')[0]?.trim()
}
