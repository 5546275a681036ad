import { createHmac } from 'node:crypto'
import { isSameSecret, RateLimit } from 'streamkeeper/http'
import { z } from 'zod'

const sessionSeconds = 12 * 3600

/** `guarded` by a token; `open` where only its owner uses the app; else `closed`. */
type Access = 'guarded' | 'open' | 'closed'

/** What came of showing a token: right, wrong, or one of too many wrong ones for so many seconds. */
type Attempt = 'right' | 'wrong' | { retryAfter: number }

/** Who is an admin. Sessions are signed, not stored: another token makes all of them void. */
export class Admin {
  readonly access: Access
  readonly #token: string
  readonly #now: () => number
  readonly #wrongTokens = new RateLimit(5)

  /**
   * @param token null if there is none
   * @param isLocal whether everybody is one where there is none
   * @param now in milliseconds
   */
  constructor(token: string | null, isLocal: boolean, now: () => number = Date.now) {
    this.access = token !== null ? 'guarded' : isLocal ? 'open' : 'closed'
    this.#token = token ?? ''
    this.#now = now
  }

  /** @param session as the cookie holds it */
  isSignedIn(session: string | undefined): boolean {
    if (this.access !== 'guarded') return this.access === 'open'
    const [until = '', signature = ''] = session?.split('.') ?? []
    return isSameSecret(signature, this.#sign(until)) && Number(until) > this.#now()
  }

  /** @param authorization the header of that name, in which programs send the token */
  async admits(client: string, authorization: string | null): Promise<Attempt> {
    if (this.access === 'open') return 'right'
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    return token === undefined ? 'wrong' : this.attempt(client, token)
  }

  /**
   * Compares a token. The right one is always accepted: it can't be guessed, and behind a proxy all
   * clients may have one address, so that anybody could lock out the admins.
   *
   * @param client who asks, as attempts are counted
   */
  async attempt(client: string, token: string): Promise<Attempt> {
    if (this.access !== 'guarded') return 'wrong'
    if (isSameSecret(token, this.#token)) return 'right'
    const retryAfter = await this.#wrongTokens.take(client)
    return retryAfter === null ? 'wrong' : { retryAfter }
  }

  /** A session that begins now, as the cookie holds it. */
  session(): string {
    const until = String(this.#now() + sessionSeconds * 1000)
    return `${until}.${this.#sign(until)}`
  }

  #sign(until: string): string {
    return createHmac('sha256', this.#token).update(`session ${until}`).digest('base64url')
  }
}

// Whoever types a secret ends it with a line end.
const token = z
  .string()
  .trim()
  .default('')
  .refine((text) => text === '' || /^[\x21-\x7e]{16,}$/.test(text))

/**
 * The token that admins sign in with; null if there is none.
 *
 * @throws {Error} if it could be guessed, or sent in no header
 */
export function adminToken(environment: NodeJS.ProcessEnv): string | null {
  const { success, data } = token.safeParse(environment.ADMIN_TOKEN)
  if (success) return data || null
  throw new Error(
    'ADMIN_TOKEN is too easy to guess, or no header can hold it; write 16 or more visible characters',
  )
}

let ofProcess: Admin | null = null

/** Who is an admin of this process, as its environment says. */
export function admin(): Admin {
  const { env } = process
  const isLocal = !env.K_SERVICE && (env.LOCAL === '1' || env.NODE_ENV === 'development')
  ofProcess ??= new Admin(adminToken(env), isLocal)
  return ofProcess
}

/** The one cookie that Firebase Hosting passes on (https://firebase.google.com/docs/hosting/manage-cache). */
export const sessionCookie = '__session'

/**
 * How a browser is to keep the session of an admin.
 *
 * @param headers of the request that begins it
 */
export function sessionCookieOptions(headers: Headers) {
  return {
    httpOnly: true,
    // A link to an admin's page shows that page. What changes something is refused to other sites
    // before it comes to a page.
    sameSite: 'lax',
    secure: isSecure(headers),
    maxAge: sessionSeconds,
    path: '/',
  } as const
}

// Browsers name the page's origin, with what they send; proxies what they were asked by. Whoever lies
// about it only loses the own cookie.
function isSecure(headers: Headers): boolean {
  const origin = headers.get('origin') ?? ''
  return /^https:/.test(origin) || /^https\b/i.test(headers.get('x-forwarded-proto') ?? '')
}
