import type { IncomingMessage } from 'node:http'
import { isbot } from 'isbot'
import Negotiator from 'negotiator'
import { accepts, memoized } from 'streamkeeper/http'

type Asked = Pick<IncomingMessage, 'method' | 'headers'>
type Asker = 'browser' | 'program' | 'bot'

// At a command line, and in what somebody has written in a few lines. The list takes these for bots,
// as some bots are made of them: such a bot has a name besides.
const programs = [
  ...['(lib)?curl', 'wget2?', 'httpie', 'xh', 'aria2', 'hurl', 'hey', '(lib)?fetch', 'got'],
  ...['(windows)?powershell', 'postmanruntime', 'insomnia', 'bruno(runtime)?', 'thunder client'],
  ...['node(-fetch)?', 'undici', 'axios', 'deno', 'bun', 'dart', 'go-http-client', 'okhttp'],
  ...['c?python(-requests|-urllib|-httpx)?', 'aiohttp', 'httpx', 'ruby', 'http\\.rb', 'faraday'],
  ...['php', 'guzzlehttp', 'java(-http-client)?', 'apache-httpclient', 'libwww-perl'],
  ...['reqwest', 'ureq', 'hyper', 'dotnet'],
]
const program = new RegExp(`(?<![\\w./-])(${programs.join('|')})(?![\\w-])([/ ]v?[\\d.]+)?`, 'gi')

// Browsers that the list takes for bots, too: small ones, and one whose window nobody sees.
const browsers = /\b(Headless(?=Chrome)|(ELinks|Dillo|NetSurf)\/[\d.]+)/g

// What says nothing at all is on the list, too.
const anyBrowser = 'Mozilla/5.0 (X11) '

/**
 * Whether a client is somebody at a browser, a program that somebody runs, or a bot, which includes
 * previews of links and monitors: what says that it is one, and what the list `isbot` knows.
 */
export function whoAsks(userAgent = ''): Asker {
  // It is no longer than its start for whoever has an honest one.
  return askerOf(userAgent.slice(0, 1_000).trim())
}

const askerOf = memoized((said): Asker => {
  if (said === '') return 'program'
  const besides = said.replace(program, '').replace('()', '')
  if (besides === said) return isbot(said.replace(browsers, anyBrowser)) ? 'bot' : 'browser'
  return isbot(anyBrowser + besides) ? 'bot' : 'program'
})

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

/**
 * Whether the front page is to be one line of text: for who asks for that or takes no page, and for
 * programs that take anything. A preview of a link, which may say that it takes anything, too, gets
 * the page, as its title and its picture are what it looks for.
 */
export function wantsPlainText({ headers }: Pick<Asked, 'headers'>): boolean {
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
