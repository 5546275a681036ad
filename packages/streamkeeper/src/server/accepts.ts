import type { IncomingMessage } from 'node:http'
import Negotiator from 'negotiator'
import { memoized } from './memoized.ts'

/** In which format a client wants its answer. Without any of them it is a program of another kind. */
export type Accepted = {
  /** It names HTML, and likes no other of these formats better: a browser that shows a page. */
  html: boolean
  /** It names JSON, and likes it better than HTML: a script of a page, or a program. */
  json: boolean
  /** It takes HTML, but only as it takes anything, or has not said what it takes. */
  anything: boolean
}

// Some name the charset, too.
const html = ['text/html', 'text/html;charset=utf-8']
const json = ['application/json', 'application/problem+json']

/** Reads `Accept` by its rules (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1). */
export function accepts({ headers }: Pick<IncomingMessage, 'headers'>): Accepted {
  return headers.accept === undefined ? acceptedOf() : known(headers.accept)
}

const known = memoized(acceptedOf)

function acceptedOf(accept?: string): Accepted {
  const negotiator = new Negotiator({ headers: accept === undefined ? {} : { accept } })
  const taken = negotiator.mediaTypes([...html, ...json, 'text/plain'])
  const [best = ''] = taken
  const named = negotiator.mediaTypes().map((type) => type.toLowerCase())
  const isNamed = (types: string[]) =>
    named.some((type) => types.includes(type) || (type === 'text/*' && types === html))
  return {
    html: isNamed(html) && html.includes(best),
    json: isNamed(json) && json.includes(best),
    anything: !isNamed(html) && html.some((type) => taken.includes(type)),
  }
}
