import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { whoAsks } from './who-asks.ts'

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
