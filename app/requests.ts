import type { IncomingMessage } from 'node:http'
import type { Needs } from 'streamkeeper/config'
import { isVisit } from './visits/who-asks.ts'

type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/**
 * What a request needs of the instance that serves it: only one that leads may write.
 *
 * Signing in and out changes no row, and has to work while the bucket is away.
 */
export function needs(request: Asked): Needs {
  const { method, url = '/' } = request
  const path = url.split('?', 1)[0] ?? '/'
  if (needsNothing(method, path)) return 'nothing'
  if (method === 'OPTIONS') return 'read'
  // With a query it is refused, and counts nothing.
  if (method === 'POST' && url === '/api/visits') return 'write-if-possible'
  if (method !== 'GET' && method !== 'HEAD') return 'write'
  return path === '/' && isVisit(request) ? 'write-if-possible' : 'read'
}

/** Whether a program asks, and is told of problems as one understands them. */
export function isForPrograms({ url = '/' }: Pick<Asked, 'url'>): boolean {
  return /^\/api(\/|\?|$)/.test(url)
}

/** Whether this is what each page that is open asks for every few seconds. */
export function isPolled({ url }: Pick<Asked, 'url'>): boolean {
  return url === '/live'
}

function needsNothing(method: string | undefined, path: string): boolean {
  if (method === 'POST') return path === '/sign-in/session' || path === '/sign-out'
  return method === 'GET' && ['/sign-in', '/sign-in/session', '/status'].includes(path)
}
