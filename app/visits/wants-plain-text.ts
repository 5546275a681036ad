import type { IncomingMessage } from 'node:http'
import Negotiator from 'negotiator'
import { accepts, memoized } from 'streamkeeper/http'
import { whoAsks } from './who-asks.ts'

/**
 * Whether the front page is to be one line of text: for who asks for that or takes no page, and for
 * programs that take anything. A preview of a link, which may say that it takes anything, too, gets
 * the page, as its title and its picture are what it looks for.
 */
export function wantsPlainText({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  // What Next's client asks for is no page, and no text either.
  if (headers.rsc !== undefined || headers['next-action'] !== undefined) return false
  const { html, anything } = accepts({ headers })
  if (html) return false
  return (
    !anything ||
    prefersText(headers.accept ?? '*/*') ||
    whoAsks(headers['user-agent']) === 'program'
  )
}

const prefersText = memoized((accept) => {
  const [best] = new Negotiator({ headers: { accept } }).mediaTypes(['text/html', 'text/plain'])
  return best === 'text/plain'
})
