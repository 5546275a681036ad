import type { IncomingMessage } from 'node:http'
import { isVisit } from './visits/is-visit.ts'

/** `visit` and `write` change the database; `operator` and `static` do not need one. */
export type RequestKind = 'visit' | 'write' | 'read' | 'operator' | 'static'

/**
 * What a request needs of the instance that serves it: only one that leads may write.
 *
 * Signing in and out changes no row, and has to work while the bucket is away.
 */
export function requestKind(
  request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
): RequestKind {
  const { method, url = '/' } = request
  const path = url.split('?', 1)[0] ?? '/'
  if (isForOperators(method, path)) return 'operator'
  if (method === 'OPTIONS') return 'read'
  // With a query it is refused, and counts nothing.
  if (method === 'POST' && url === '/api/visits') return 'visit'
  if (method !== 'GET' && method !== 'HEAD') return 'write'
  if (path === '/') return isVisit(request) ? 'visit' : 'read'
  return isStatic(path) ? 'static' : 'read'
}

/** Whether a program asks, and is told of problems as one understands them. */
export function isForPrograms(url = '/'): boolean {
  return /^\/api(\/|\?|$)/.test(url)
}

/** Whether this is what each page that is open asks for every few seconds. */
export function isPolled(url: string | undefined): boolean {
  return url === '/live'
}

function isForOperators(method: string | undefined, path: string): boolean {
  if (method === 'POST') return path === '/sign-in/session' || path === '/sign-out'
  if (path === '/sign-in' || path === '/sign-in/session') return method === 'GET'
  return path === '/status' && method === 'GET'
}

// What is in `public/`.
const publicFile =
  /^\/(client\.js|favicon\.(ico|svg)|robots\.txt|manifest\.webmanifest|(icon-\d+|apple-touch-icon|og)\.png)$/

// Next resolves `..`, so a path with it may lead anywhere.
function isStatic(path: string): boolean {
  if (publicFile.test(path)) return true
  return path.startsWith('/_next/static/') && !/\.\.|%2e|\\/i.test(path)
}
