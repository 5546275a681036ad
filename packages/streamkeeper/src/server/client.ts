import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIP, isIPv6 } from 'node:net'

/**
 * The header in which the app is told who asks, as {@link clientOf} has it; what a client sends in it is
 * dropped.
 */
export const clientHeader = 'x-client'

/** The header in which the app is told when a request came, by `performance.now()`. */
export const arrivedHeader = 'x-arrived'

/** In which a server that passes on requests shows that it is one of ours. */
export const forwardTokenHeader = 'x-forward-token'
/** In which it says who asked. */
export const forwardedClientHeader = 'x-forwarded-client'

/**
 * Who sent a request, for counting: an IPv4 address, or the /64 of an IPv6 address, as that is what
 * one household or one machine gets to choose from.
 *
 * @param trustedProxies how many there are in front, the one that connects to this server included
 * @param forwardToken with it, another server may say who asked it
 */
export function clientOf(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustedProxies: number,
  forwardToken: string | null = null,
): string {
  const forwarded = forwardedClient(headers, forwardToken)
  if (forwarded !== null) return forwarded
  const seen = headers['x-forwarded-for']?.toString().split(',').map(address) ?? []
  return network(furthest(seen, trustedProxies) ?? socket.remoteAddress ?? '')
}

// Each proxy appends the address that it saw, so those of the ones that are believed stand last. What
// stands before is the client's own claim. proxy-addr does the same, and takes what is no address.
function furthest(seen: (string | null)[], trustedProxies: number): string | null {
  const believed = seen.toReversed().slice(0, trustedProxies)
  const made = believed.indexOf(null)
  return believed.slice(0, made < 0 ? undefined : made).at(-1) ?? null
}

// Some proxies name the port, too: 192.0.2.1:1234, [2001:db8::1]:1234.
function address(text: string): string | null {
  const plain = text.trim()
  const [, bare = plain] = /^\[(.*)\](?::\d+)?$|^([^:]*):\d+$/.exec(plain)?.filter(Boolean) ?? []
  return isIP(bare) ? bare : null
}

function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  if (!isIPv6(address)) return address
  const [front = '', back] = address.split('::')
  const groups = front.split(':').filter(Boolean)
  if (back !== undefined) {
    // `::` stands for as many zeros as are missing.
    const missing = 8 - groups.length - back.split(':').filter(Boolean).length
    groups.push(...Array(missing).fill('0'), ...back.split(':'))
  }
  const first = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/64`
}

/**
 * Who asked the server that has passed this on; null unless it shows the token.
 *
 * @param token null where nobody is believed
 */
export function forwardedClient(headers: IncomingHttpHeaders, token: string | null): string | null {
  const shown = headers[forwardTokenHeader]
  const client = headers[forwardedClientHeader]
  if (token === null || typeof shown !== 'string' || typeof client !== 'string') return null
  return isSameSecret(shown, token) ? client : null
}

/** Whether somebody has shown a secret. How long this takes says nothing of what is in it. */
export function isSameSecret(shown: string, secret: string): boolean {
  return timingSafeEqual(hashOf(shown), hashOf(secret))
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
