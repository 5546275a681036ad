import { sessionSeconds } from './admin.ts'

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
