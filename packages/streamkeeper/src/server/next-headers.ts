import type { IncomingHttpHeaders } from 'node:http'

// By families, as releases of Next add to them.
const ofNext =
  /^(rsc$|next-|x-(next|middleware|now|invo|matched-path|action|prerender|vercel|edge-))/

// Next's client sends these. An attacker who sends them changes only the attacker's own answer.
const ofClients = new Set([
  ...['rsc', 'next-router-state-tree', 'next-router-prefetch', 'next-router-segment-prefetch'],
  ...['next-url', 'next-action'],
])

// Next's server asks this one with them: for an action of another page, and for the page that an
// action redirects to. The tags need a secret of the build.
const ofItself = new Set([
  ...['x-action-forwarded', 'x-next-revalidated-tags', 'x-next-revalidate-tag-token'],
])

const ofDevelopment = new Set([
  ...['next-hmr-refresh', 'x-nextjs-request-id', 'x-nextjs-html-request-id'],
])

/**
 * Whether only what runs Next may set a header, such as a proxy of its makers: Next believes them,
 * and there is no such proxy here.
 */
export function isInternal(name: string, development = false): boolean {
  if (!ofNext.test(name) || ofClients.has(name) || ofItself.has(name)) return false
  return !(development && ofDevelopment.has(name))
}

// Where they can't be met, Next answers with 500 instead of 416 or 412. Any server may leave them out
// of account, and no file here is so long that a part of it were worth while:
// https://www.rfc-editor.org/rfc/rfc9110#section-14.2
const unmet = new Set(['range', 'if-range', 'if-match', 'if-unmodified-since'])

/** Drops what a client has no business to tell Next, and what Next fails at. */
export function dropInternal(headers: IncomingHttpHeaders, development: boolean): void {
  for (const name of Object.keys(headers)) {
    if (unmet.has(name) || isInternal(name, development)) Reflect.deleteProperty(headers, name)
  }
}
