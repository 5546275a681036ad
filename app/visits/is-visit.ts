// Those of Cloud Run, of its load balancers and of uptime checks, when they are set to ask for `/`.
const probes = /^(GoogleHC|kube-probe|GoogleStackdriverMonitoring)/

/**
 * Whether a request for the front page is somebody looking at it, and not a browser or a program
 * preparing to: a prefetch, a HEAD, the answer to a form.
 */
export function isVisit(headers: Headers): boolean {
  // The server sets it on every request: a page can't see the method it is asked with.
  if (headers.get('x-request-method') !== 'GET') return false
  if (probes.test(headers.get('user-agent') ?? '')) return false
  if (headers.has('next-router-prefetch') || headers.has('next-router-segment-prefetch'))
    return false
  return ![headers.get('purpose'), headers.get('sec-purpose')].some((purpose) =>
    purpose?.includes('prefetch'),
  )
}
