import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { describe, it } from 'node:test'
import { isVisit, wantsPlainText, whoAsks } from './who-asks.ts'

const chrome = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0'
const safari = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0'

const known = {
  browser: [
    `Mozilla/5.0 (X11; Linux x86_64) ${chrome} Safari/537.36`,
    `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (Linux; Android 13; CUBOT P80) ${chrome} Mobile Safari/537.36`,
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${safari} Mobile/15E148 Safari/604.1`,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0',
    'Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/1.1.1',
    'w3m/0.5.3+git20230121',
    'Links (2.29; Linux 6.1.0 x86_64; GNU C 12.2; text)',
    'ELinks/0.13.2 (textmode; Linux; 80x25-2)',
    'Dillo/3.0.5',
    'NetSurf/3.10 (Linux)',
  ],
  program: [
    undefined,
    '',
    'curl/8.5.0',
    'curl',
    'curl/7.29.0 (x86_64-redhat-linux-gnu) libcurl/7.29.0 NSS/3.21 zlib/1.2.7',
    'Wget/1.21.4',
    'Wget/1.12 (linux-gnu)',
    'Wget2/2.1.0',
    'HTTPie/3.2.2',
    'xh/0.22.2',
    'aria2/1.36.0',
    'hurl/4.1.0',
    'Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.22631; en-US) PowerShell/7.4.1',
    'Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621',
    'PostmanRuntime/7.36.0',
    'insomnia/8.6.0',
    'node',
    'undici',
    'node-fetch',
    'axios/1.6.7',
    'Deno/1.40',
    'Bun/1.1.0',
    'Dart/3.0 (dart:io)',
    'Go-http-client/1.1',
    'Go-http-client/2.0',
    'python-requests/2.31.0',
    'python-requests/2.9.1 CPython/3.8 Linux/5.4',
    'Python-urllib/3.11',
    'python-httpx/0.27',
    'Python/3.11 aiohttp/3.9.1',
    'okhttp/4.12.0',
    'Java/17.0.1',
    'Java-http-client/21',
    'Apache-HttpClient/4.5.13 (Java/11.0.2)',
    'Ruby',
    'Faraday v2.7.4',
    'GuzzleHttp/7',
    'libwww-perl/6.67',
    'fetch libfetch/2.0',
  ],
  bot: [
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    `Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) ${chrome} Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
    `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)`,
    'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)',
    'WhatsApp/2.23.20.0',
    'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)',
    'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
    'TelegramBot (like TwitterBot)',
    'Twitterbot/1.0',
    'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) ${safari} Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0`,
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5',
    'Iframely/1.3.1 (+https://iframely.com/docs/about)',
    'Mattermost-Bot/1.1',
    'http.rb/5.1.1 (Mastodon/4.2.0; +https://mastodon.example/)',
    'Synapse (bot; +https://github.com/matrix-org/synapse)',
    'python-requests/2.31.0 (compatible; ExampleBot/1.0)',
    'Go-http-client/1.1 example-crawler',
    'GoogleHC/1.0',
    'kube-probe/1.29',
    'GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com/monitoring)',
    'Google-Cloud-Scheduler',
    'Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
    'Mozilla/5.0 (X11; Linux x86_64) Chrome-Lighthouse',
  ],
} as const

for (const [who, userAgents] of Object.entries(known)) {
  describe(`A ${who} asks`, () => {
    for (const userAgent of userAgents) {
      it(`with ${userAgent === undefined ? 'no User-Agent' : `"${userAgent}"`}`, () => {
        assert.equal(whoAsks(userAgent), who)
      })
    }
  })
}

function get(headers: IncomingHttpHeaders) {
  return { method: 'GET', headers }
}

describe('A request for the front page', () => {
  it('is a visit when somebody opens it', () => {
    assert.ok(isVisit(get({ accept: 'text/html' })))
  })

  it('is a visit when a browser says that it is to show it', () => {
    assert.ok(isVisit(get({ 'sec-fetch-dest': 'document' })))
  })

  it('is a visit each time that somebody loads it anew', () => {
    assert.ok(isVisit(get({ 'cache-control': 'no-cache', pragma: 'no-cache' })))
  })

  it('is a visit when somebody at a command line asks for it', () => {
    assert.ok(isVisit(get({ accept: '*/*', 'user-agent': 'curl/8.5.0' })))
  })

  it('is no visit when it asks for the headers alone', () => {
    assert.ok(!isVisit({ method: 'HEAD', headers: {} }))
  })

  for (const [what, headers] of Object.entries({
    'a probe asks for it': { 'user-agent': 'GoogleHC/1.0' },
    'Next prefetches it': { 'next-router-prefetch': '1' },
    'Next prefetches a part of it': { 'next-router-segment-prefetch': '/_tree' },
    'the browser prefetches it': { 'sec-purpose': 'prefetch' },
    'the browser renders it in advance': { 'sec-purpose': 'prefetch;prerender' },
    'an older browser prefetches it': { purpose: 'prefetch' },
    'an old Firefox prefetches it': { 'x-moz': 'prefetch' },
    'Safari prepares it': { purpose: 'preview' },
    'an old Safari prepares it': { 'x-purpose': 'preview' },
    'a browser prefetches it in other letters': { 'x-purpose': 'PreFetch' },
    'a bot asks for it': { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' },
    'a script of a page asks for it': { 'sec-fetch-dest': 'empty' },
    'a page asks for it as a picture': { 'sec-fetch-dest': 'image' },
    'a script says that it asks for it': { 'x-requested-with': 'fetch' },
  })) {
    it(`is no visit when ${what}`, () => {
      assert.ok(!isVisit(get(headers)))
    })
  }
})

const curl = 'curl/8.5.0'
const slack = 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'
const desktop = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36'

describe('The front page is text', () => {
  for (const [who, headers] of Object.entries({
    'curl and its kind': { accept: '*/*', 'user-agent': curl },
    'a program that says nothing of itself': {},
    'a program that says nothing of what it takes': { 'user-agent': 'Go-http-client/1.1' },
    'who asks for text': { accept: 'text/plain', 'user-agent': desktop },
    'who likes text better than anything else': {
      accept: 'text/plain, */*',
      'user-agent': desktop,
    },
    'who refuses HTML': { accept: 'text/html;q=0, */*', 'user-agent': desktop },
    'who takes no page': { accept: 'application/json', 'user-agent': desktop },
  })) {
    it(`for ${who}`, () => {
      assert.ok(wantsPlainText({ headers }))
    })
  }
})

describe('The front page is a page', () => {
  for (const [who, headers] of Object.entries({
    'a browser': { accept: 'text/html,*/*;q=0.8', 'user-agent': desktop },
    'a preview of a link that takes anything': { accept: '*/*', 'user-agent': slack },
    'a preview of a link that does not say what it takes': { 'user-agent': slack },
    'a browser that takes anything': { accept: '*/*', 'user-agent': 'Links (2.29; Linux)' },
    'curl that asks for a page': { accept: 'text/html', 'user-agent': curl },
    'curl that asks for it in other letters': { accept: 'TEXT/HTML', 'user-agent': curl },
    "Next's client": { accept: '*/*', 'user-agent': desktop, rsc: '1' },
  })) {
    it(`for ${who}`, () => {
      assert.ok(!wantsPlainText({ headers }))
    })
  }
})
