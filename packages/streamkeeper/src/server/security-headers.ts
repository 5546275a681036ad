import { randomFillSync, randomUUID } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import helmet from 'helmet'
import type { Config } from '../config.ts'

const policyHeader = 'content-security-policy'
const placeholder = randomUUID()

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
 * @param own directives of the app's, in place of these; false for no policy
 */
export function securityHeaders(development: boolean, own: Config['contentSecurityPolicy'] = {}) {
  const set = helmet({
    contentSecurityPolicy: own && {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'script-src': [
          // For browsers that don't know 'strict-dynamic'; the others don't look at it.
          "'self'",
          `'nonce-${placeholder}'`,
          "'strict-dynamic'",
          ...(development ? ["'unsafe-eval'"] : []),
        ],
        'style-src': ["'self'"],
        'img-src': ["'self'", ...(development ? ['data:'] : [])],
        'font-src': ["'self'", ...(development ? ['data:'] : [])],
        'connect-src': ["'self'"],
        'manifest-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
        ...own,
        // With a hash beside it, browsers would leave it out of account.
        ...(development && { 'style-src': ["'self'", "'unsafe-inline'"] }),
      },
    },
    // Not for subdomains: they may be somebody else's, without https.
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: false },
    // With no referrer at all browsers send forms with an origin of "null".
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  })
  const { [policyHeader]: policy = '', ...headers } = headersOf(set)
  const parts = String(policy).split(placeholder)
  const same = [...Object.entries(headers), ['permissions-policy', permissions] as const]
  return (request: IncomingMessage, response: ServerResponse): void => {
    for (const [name, value] of same) response.setHeader(name, value ?? '')
    const own = parts.join(nextNonce())
    if (own) response.setHeader(policyHeader, own)
    // Next takes the nonce for its own scripts from here, so it may not be a client's.
    request.headers[policyHeader] = own
  }
}

// One call of the system gives those of 256 answers.
const nonceBytes = 16
const random = Buffer.alloc(256 * nonceBytes)
let used = random.length

function nextNonce(): string {
  if (used === random.length) {
    randomFillSync(random)
    used = 0
  }
  used += nonceBytes
  return random.toString('base64', used - nonceBytes, used)
}

// They are the same in each answer, but for the nonce.
function headersOf(set: ReturnType<typeof helmet>) {
  const request = new IncomingMessage(new Socket())
  const response = new ServerResponse(request)
  set(request, response, () => {})
  return response.getHeaders()
}
