import { randomUUID } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { headersInNext } from '../packages/streamkeeper/src/server/test-support.ts'
import { postEntry } from './support/api-client.ts'
import { rawRequest } from './support/raw-request.ts'
import { expect, test } from './support/test.ts'

const html = { accept: 'text/html' }
const values = ['1', '/status']

// Those that the connection is made of; with the others a client may say what it likes.
const names = [
  ...headersInNext().filter((name) => !/^(content-length|host|sec-websocket|accept$)/.test(name)),
  ...['x-middleware-subrequest', 'x-invoke-path', 'x-invoke-status', 'x-invoke-output', 'from'],
]

const claims: OutgoingHttpHeaders[] = [
  { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' },
  { 'user-agent': 'facebookexternalhit/1.1' },
  { accept: '*/*;q=0.1, text/html' },
  { accept: 'text/html', 'accept-encoding': 'gzip' },
  { accept: 'text/html', 'accept-encoding': 'br, zstd;q=1, gzip;q=0' },
  { accept: 'text/html', range: 'bytes=0-1' },
  { accept: 'text/html', 'if-none-match': '*' },
  { accept: 'text/html', 'if-modified-since': new Date().toUTCString() },
  { accept: 'text/html', 'cache-control': 'no-cache', pragma: 'no-cache' },
  { host: 'evil.example' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '1' },
  {
    'x-visits': '7',
    'x-visits-shown': '7 times 7',
    'x-form-key': 'forged',
    'x-client': 'forged',
    'x-notice': 'preview',
  },
  { 'content-security-policy-report-only': "script-src 'nonce-forged'" },
]

/** What a visitor without a cookie gets, but for what is new in each answer. */
async function seen(url: string, path: string) {
  const { status, headers, body } = await rawRequest(url, path, { headers: html })
  const nonce = /'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? 'none'
  const own = ['date', 'content-security-policy', 'content-length']
  const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => !own.includes(name)))
  return {
    ...{ status, headers: rest },
    isTheirs: body.includes(`nonce="${nonce}"`),
    page: body
      .replaceAll(nonce, 'NONCE')
      .replace(/<figure[\s\S]*?<\/figure>/g, '')
      .replace(/<ol[\s\S]*?<\/ol>/g, '')
      .replace(/<script[\s\S]*?<\/script>/g, '')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'KEY')
      .replace(/before=\d+/g, 'before=N')
      .replace(/<p class="replication".*?<\/p>/g, '')
      .replace(/data-live="\w+">[^<]*</g, 'VISITS<'),
  }
}

test.describe('A page that is kept', () => {
  for (const path of ['/', '/guestbook', '/guestbook?before=']) {
    test(`is the same for others, whatever its first visitor sent: ${path}`, async ({
      shared: app,
    }) => {
      let number = 1_000_000
      // Another page each time, or the same one with something new to show.
      const next = async () => {
        if (path.endsWith('=')) return path + ++number
        await postEntry(app.url, 'new')
        return path
      }
      for (let entry = 0; entry < 11; entry++) await postEntry(app.url, 'first')
      await seen(app.url, path)
      const clean = await seen(app.url, await next())
      expect(clean).toMatchObject({ status: 200, isTheirs: true })
      expect(clean.page).toMatch(/<\/html>$/)
      // With these two no page is kept.
      const others = names.filter((name) => name !== 'cookie' && name !== 'rsc')
      const all = Object.fromEntries(others.map((name) => [name, '1']))
      const each = names.flatMap((name) => values.map((value) => ({ ...html, [name]: value })))
      for (const headers of [{ ...all, ...html }, ...each, ...claims]) {
        const page = await next()
        await rawRequest(app.url, page, { headers: { ...html, ...headers } })
        expect(await seen(app.url, page), JSON.stringify(headers)).toEqual(clean)
      }
      for (const method of ['HEAD', 'OPTIONS', 'POST']) {
        const page = await next()
        await rawRequest(app.url, page, { method, headers: html })
        expect(await seen(app.url, page), method).toEqual(clean)
      }
    })
  }

  test('is what the same visitor gets who sent a header of Next', async ({ shared: app }) => {
    for (const name of [
      'x-middleware-prefetch',
      'x-matched-path',
      'x-nextjs-data',
      'next-resume',
    ]) {
      const { status, body } = await rawRequest(app.url, '/', { headers: { ...html, [name]: '1' } })
      expect(status, name).toBe(200)
      expect(body, name).toContain('This server has been visited')
    }
  })

  test('is not changed by what Next makes of a query', async ({ shared: app }) => {
    for (const query of [
      ...['_rsc=1', 'nxtPslug=1', 'nxtIslug=1', '__nextDefaultLocale=x', '__nextLocale=x'],
      ...['__nextDataReq=1', '_nextData=1', '__flight__=1', 'amp=1', '__nextFallback=1'],
    ]) {
      for (const path of ['/', '/guestbook']) {
        const clean = await seen(app.url, path)
        const asked = await rawRequest(app.url, `${path}?${query}`, { headers: html })
        expect(asked.status, query).toBeLessThan(500)
        expect((await seen(app.url, path)).page, `${path}?${query}`).toBe(clean.page)
      }
    }
  })
})

test('What only Next itself may say changes no page that is not kept', async ({ app }) => {
  const internal = names.filter((name) =>
    /^x-(middleware|nextjs|now|invoke|matched|prer)/.test(name),
  )
  for (const path of ['/admin', '/missing', '/guestbook', '/sign-in', '/api/visits']) {
    // With a cookie no page is kept.
    const cookie = { ...html, cookie: `a=${randomUUID()}` }
    const { status, headers } = await rawRequest(app.url, path, { headers: cookie })
    for (const name of internal) {
      for (const value of values) {
        const answer = await rawRequest(app.url, path, { headers: { ...cookie, [name]: value } })
        const words = `${path} ${name}: ${value}`
        expect(answer.status, words).toBe(status)
        expect(answer.headers['content-type'], words).toBe(headers['content-type'])
        expect(answer.headers.location, words).toBe(headers.location)
        expect(answer.body, words).not.toBe('{}')
      }
    }
  }
})
