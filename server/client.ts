import type { IncomingMessage } from 'node:http'
import { isIP, isIPv6 } from 'node:net'
import { forwardedClient } from './forwarded-client.ts'

/** The header in which the server tells the pages who asks; what a client sends in it is dropped. */
export const clientHeader = 'x-client'

/**
 * Who sent a request, for counting: an IPv4 address, or the /64 of an IPv6 address, as that is what
 * one household or one machine gets to choose from.
 *
 * @param forwardToken with it, another server may say who asked it
 */
export function clientOf(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  onCloudRun: boolean,
  forwardToken: string | null = null,
): string {
  const forwarded = forwardedClient(headers, forwardToken)
  if (forwarded !== null) return forwarded
  return network(
    (onCloudRun && lastHop(headers['x-forwarded-for'])) || (socket.remoteAddress ?? ''),
  )
}

// Google's front end appends the address that it saw; all before it is the client's own claim.
function lastHop(forwardedFor: string | string[] | undefined): string | null {
  const address = forwardedFor?.toString().split(',').at(-1)?.trim() ?? ''
  return isIP(address) ? address : null
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
