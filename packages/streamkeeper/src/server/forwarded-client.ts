import type { IncomingHttpHeaders } from 'node:http'
import { isSameSecret } from './same-secret.ts'

/** In which a server that passes on requests shows that it is one of ours. */
export const forwardTokenHeader = 'x-forward-token'
/** In which it says who asked. */
export const forwardedClientHeader = 'x-forwarded-client'

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
