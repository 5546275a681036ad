import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { clientHeader, forwardedClientHeader, forwardTokenHeader } from '../server/client.ts'
import { releaseHeader } from '../server/release-name.ts'

// They are about one connection: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
const ofConnection = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
])

// What this server wrote into the request, and what only its own front end may say.
const ownHeaders = new Set([
  ...['host', 'content-security-policy', 'forwarded', 'via', forwardTokenHeader],
  ...[clientHeader, forwardedClientHeader],
])

/**
 * The headers with which a request goes on to the writer: as if it had come there from its own page.
 * That it did come from one was looked at here.
 *
 * @param token has the writer believe who asked; null where it believes nobody
 */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  writer: URL,
  token: string | null,
): OutgoingHttpHeaders {
  const client = headers[clientHeader]
  // Node would send the body of a DELETE, say, without its length: as another request.
  const isChunked = headers['transfer-encoding'] !== undefined
  return {
    ...without(headers, (name) => ownHeaders.has(name) || name.startsWith('x-forwarded-')),
    host: writer.host,
    ...(isChunked && { 'transfer-encoding': 'chunked' }),
    ...(headers.origin !== undefined && { origin: writer.origin }),
    ...(token !== null && { [forwardTokenHeader]: token }),
    ...(token !== null && client && { [forwardedClientHeader]: client }),
  }
}

/** The headers with which the writer's answer goes back: its own address is nobody's business. */
export function answerHeaders(headers: IncomingHttpHeaders, writer: URL): OutgoingHttpHeaders {
  const { location } = headers
  return {
    // The page is of the reader's release.
    ...without(headers, (name) => name === releaseHeader),
    ...(location && { location: relative(location, writer) }),
  }
}

function without(headers: IncomingHttpHeaders, isOurs: (name: string) => boolean) {
  const named = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? []
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !ofConnection.has(name) && !named.includes(name) && !isOurs(name),
    ),
  )
}

function relative(location: string, writer: URL): string {
  const url = URL.parse(location, writer)
  return url?.origin === writer.origin ? `${url.pathname}${url.search}${url.hash}` : location
}
