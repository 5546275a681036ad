import { createHmac, timingSafeEqual } from 'node:crypto'
import { RateLimit } from './rate-limit.ts'

export const sessionSeconds = 12 * 3600

/** `guarded` by a token; `open` where only its owner uses the app; else `closed`. */
export type Access = 'guarded' | 'open' | 'closed'

/** What came of showing a token: it is wrong, or was not even looked at for so many seconds. */
export type Attempt = 'right' | 'wrong' | { retryAfter: number }

/** What may show that somebody is an admin. */
export type Credentials = {
  /** Who asks, as attempts are counted. */
  client: string
  session?: string | undefined
  /** The header of that name. */
  authorization?: string | undefined
}

/** Who is an admin. Sessions are signed, not stored: another token makes all of them void. */
export class Admin {
  readonly access: Access
  readonly #token: string
  readonly #now: () => number
  readonly #wrongTokens = new RateLimit(5)

  /**
   * @param token null if there is none
   * @param now in milliseconds
   */
  constructor(token: string | null, onCloudRun: boolean, now: () => number = Date.now) {
    this.access = token === null ? (onCloudRun ? 'closed' : 'open') : 'guarded'
    this.#token = token ?? ''
    this.#now = now
  }

  /** Whether somebody is an admin; where it isn't said in a session, the header is an attempt. */
  async admits({ client, session, authorization }: Credentials): Promise<Attempt> {
    if (this.access !== 'guarded') return this.access === 'open' ? 'right' : 'wrong'
    if (session !== undefined && this.#isSession(session)) return 'right'
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    return token === undefined ? 'wrong' : this.attempt(client, token)
  }

  /** Compares a token, unless its client has shown too many wrong ones in the last minute. */
  async attempt(client: string, token: string): Promise<Attempt> {
    if (this.access !== 'guarded') return 'wrong'
    // Counted first, so that many at once are not all compared.
    const retryAfter = await this.#wrongTokens.take(client)
    if (retryAfter !== null) return { retryAfter }
    if (!isSame(this.#sign('token', token), this.#sign('token', this.#token))) return 'wrong'
    await this.#wrongTokens.giveBack(client)
    return 'right'
  }

  /** A session that begins now, as the cookie holds it. */
  session(): string {
    const until = String(this.#now() + sessionSeconds * 1000)
    return `${until}.${this.#sign('session', until)}`
  }

  #isSession(session: string): boolean {
    const [until = '', signature = ''] = session.split('.')
    return isSame(signature, this.#sign('session', until)) && Number(until) > this.#now()
  }

  #sign(what: string, text: string): string {
    return createHmac('sha256', this.#token).update(`${what} ${text}`).digest('base64url')
  }
}

// Signatures have one length, so how long this takes says nothing of what is in them.
function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}
