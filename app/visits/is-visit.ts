import type { IncomingMessage } from 'node:http'

// Those of Cloud Run, of its load balancers and of uptime checks, when they are set to ask for `/`.
const probes = /^(GoogleHC|kube-probe|GoogleStackdriverMonitoring)/

/**
 * Whether a request for the front page is somebody looking at it, and not a browser or a program
 * preparing to: a prefetch, a HEAD, the answer to a form.
 */
export function isVisit({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
  if (method !== 'GET' || probes.test(headers['user-agent'] ?? '')) return false
  if (headers['next-router-prefetch'] || headers['next-router-segment-prefetch']) return false
  return ![headers.purpose, headers['sec-purpose']].some((purpose) =>
    purpose?.toString().includes('prefetch'),
  )
}
