import type { IncomingMessage, RequestListener, Server } from 'node:http'
import { isCrossSite, type Place } from './cross-site.ts'

/**
 * Has Next's development server take for ours what comes through a tunnel or from a code space: it
 * compares the page's origin with the name of this machine, and refuses to renew the page otherwise.
 */
export function throughTunnels(
  render: RequestListener,
  server: Pick<Server, 'prependListener'>,
  place: Place,
): RequestListener {
  const dropOwnOrigin = (request: IncomingMessage) => {
    if (!isCrossSite({ method: 'POST', headers: request.headers }, place)) {
      Reflect.deleteProperty(request.headers, 'origin')
    }
  }
  server.prependListener('upgrade', dropOwnOrigin)
  return (request, response) => {
    dropOwnOrigin(request)
    return render(request, response)
  }
}
