import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Position, parsePosition, positionText } from './position.ts'

const name = 'replica-position'

// Far longer than a copy takes to get there: until then this person's reads go to the writer.
const maxAgeSeconds = 600

/**
 * Up to where whoever asks must see the data, as they have written. Takes the cookie out of the
 * request: to pages that are kept it is none of theirs.
 */
export function takePosition({ headers }: Pick<IncomingMessage, 'headers'>): Position | null {
  const cookies = (headers.cookie ?? '').split(/; */).filter(Boolean)
  const own = cookies.filter((cookie) => cookie.startsWith(`${name}=`))
  if (own.length === 0) return null
  const others = cookies.filter((cookie) => !own.includes(cookie))
  if (others.length > 0) headers.cookie = others.join('; ')
  else Reflect.deleteProperty(headers, 'cookie')
  return parsePosition(own[0]?.slice(name.length + 1))
}

/** Has whoever has written show up to where they must see the data. */
export function givePosition(
  request: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  position: Position,
): void {
  setCookie(request, response, positionText(position), maxAgeSeconds)
}

/** Has whoever shows a position that nobody was ever told of show it no more. */
export function takeAwayPosition(
  request: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
): void {
  setCookie(request, response, '', 0)
}

function setCookie(
  { headers }: Pick<IncomingMessage, 'headers'>,
  response: ServerResponse,
  value: string,
  seconds: number,
): void {
  const secure = headers['x-forwarded-proto'] === 'https' ? '; Secure' : ''
  response.appendHeader(
    'set-cookie',
    `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`,
  )
}
