import { isbot } from 'isbot'
import { memoized } from 'streamkeeper/http'

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
