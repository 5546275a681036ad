import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import helmet from 'helmet'
import { styleSource } from './style.ts'

// Of what browsers offer, the app uses none.
const permissions = [
  ...['accelerometer', 'browsing-topics', 'camera', 'display-capture', 'geolocation', 'gyroscope'],
  ...['magnetometer', 'microphone', 'midi', 'payment', 'publickey-credentials-get', 'usb'],
]
  .map((feature) => `${feature}=()`)
  .join(', ')

/**
 * Returns what tells browsers, in every answer, how little the pages need: no script without the
 * answer's nonce, no inline style, no frame around them, nothing from elsewhere.
 *
 * @param development the development server evaluates code and writes styles into the page
 */
export function securityHeaders(development: boolean) {
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: [
          // For browsers that don't know 'strict-dynamic'; the others don't look at it.
          "'self'",
          () => `'nonce-${randomBytes(16).toString('base64')}'`,
          "'strict-dynamic'",
          ...(development ? ["'unsafe-eval'"] : []),
        ],
        styleSrc: ["'self'", development ? "'unsafe-inline'" : styleSource],
        imgSrc: ["'self'", ...(development ? ['data:'] : [])],
        fontSrc: ["'self'", ...(development ? ['data:'] : [])],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Not for subdomains: they may be somebody else's, without https.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    // With no referrer at all browsers send forms with an origin of "null".
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  })
  return (request: IncomingMessage, response: ServerResponse): void => {
    set(request, response, () => {})
    response.setHeader('permissions-policy', permissions)
    // Next takes the nonce for its own scripts from here, so it may not be a client's.
    request.headers['content-security-policy'] = String(
      response.getHeader('content-security-policy'),
    )
  }
}
