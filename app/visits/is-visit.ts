import type { IncomingMessage } from 'node:http'
import { whoAsks } from './who-asks.ts'

type Asked = Pick<IncomingMessage, 'method' | 'headers'>

/**
 * Whether a request for the front page is somebody who looks at it: no bot, no script of a page, and
 * no browser that only prepares to show it.
 */
export function isVisit(request: Asked): boolean {
  const { method, headers } = request
  if (method !== 'GET' || isPrefetch(request) || isOfScript(request)) return false
  return whoAsks(headers['user-agent']) !== 'bot'
}

/** Whether a browser asks for a page before anybody wants to see it; some never will. */
export function isPrefetch({ headers }: Pick<Asked, 'headers'>): boolean {
  const { purpose, 'sec-purpose': secPurpose, 'x-purpose': xPurpose, 'x-moz': xMoz } = headers
  const said = [purpose, secPurpose, xPurpose, xMoz]
  if (said.some((value) => /prefetch|prerender|preview/i.test(String(value)))) return true
  return ['next-router-prefetch', 'next-router-segment-prefetch'].some((name) => headers[name])
}

// Where a browser doesn't say for what it asks, a script may.
function isOfScript({ headers }: Pick<Asked, 'headers'>): boolean {
  const { 'sec-fetch-dest': destination = 'document', 'x-requested-with': script } = headers
  return destination !== 'document' || script !== undefined
}
