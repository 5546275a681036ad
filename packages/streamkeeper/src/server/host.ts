import type { IncomingMessage } from 'node:http'
import type { ProblemDetails } from './problem-details.ts'

// A name or an address, and perhaps a port: https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2
const host = /^([a-z0-9._-]{1,255}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?$/i

/**
 * What is wrong with the host that a request names: a proxy and this server could each believe another
 * one (https://www.rfc-editor.org/rfc/rfc9112#section-3.2). Without it there is only HTTP/1.0.
 */
export function hostProblem({
  rawHeaders,
  httpVersion,
}: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): ProblemDetails | null {
  const isHost = (name: string | undefined) => name?.length === 4 && name.toLowerCase() === 'host'
  const named = rawHeaders.filter((_, index) => index % 2 === 1 && isHost(rawHeaders[index - 1]))
  if (named.length === 0 && httpVersion === '1.0') return null
  const [name = ''] = named
  if (named.length === 1 && host.test(name)) return null
  return {
    status: 400,
    type: 'wrong-host',
    title: 'This request does not say which host it is for.',
    detail: 'Send one header "Host", with a name and perhaps a port.',
  }
}
