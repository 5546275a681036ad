import { randomUUID } from 'node:crypto'
import type { Page } from '@playwright/test'
import { adminToken, bearer, openAdmin, showToken } from './support/admin.ts'
import { entriesOf, messagesOf, postEntry } from './support/api-client.ts'
import { otherSite } from './support/other-site.ts'
import { rawRequest, slowRequest } from './support/raw-request.ts'
import { expect, test } from './support/test.ts'
import { openFrontPage, openGuestbook, signGuestbook } from './support/visitor.ts'

test.use({ token: adminToken })

const pages = ['/', '/guestbook', '/missing', '/sign-in', '/admin', '/status']
const html = { accept: 'text/html' }
const json = { 'content-type': 'application/json', 'idempotency-key': 'k' }
const body = JSON.stringify({ name: 'Eve', message: 'forged' })

const hacked = (page: Page) => page.evaluate(() => 'hacked' in globalThis)

/** What the browser says that the pages' policy has kept from happening. */
async function violations(page: Page): Promise<string[]> {
  const seen: string[] = []
  await page.exposeFunction('violated', (what: string) => seen.push(`${page.url()}: ${what}`))
  await page.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    violated(event.violatedDirective + ' ' + event.blockedURI))`)
  return seen
}

test.describe('Scripts in what people write', () => {
  const payloads = [
    '<script>globalThis.hacked = true</script>',
    '<img src=x onerror="globalThis.hacked = true">',
    '<svg onload="globalThis.hacked = true">',
    '"><a href="javascript:globalThis.hacked = true">click</a>',
    '</script><script>globalThis.hacked = true</script>',
    '<!--<script>globalThis.hacked = true//-->',
    "{{constructor.constructor('globalThis.hacked = true')()}}",
    '\u2028globalThis.hacked = true\u2028',
  ]

  test('are text, on every page that shows it', async ({ shared: app, page }) => {
    for (const payload of payloads) await signGuestbook(app.url, payload.slice(0, 80), payload)
    await openAdmin(page, app.url)
    for (const path of ['/', '/guestbook', '/admin']) {
      await page.goto(app.url + path)
      for (const payload of payloads) {
        await expect(page.locator('.entries .message').getByText(payload).first()).toBeVisible()
      }
      await page.waitForLoadState('networkidle')
      expect(await hacked(page), path).toBe(false)
    }
  })
})

test.describe('The policy of the pages', () => {
  test('has nothing to object to on any of them', async ({ shared: app, page }) => {
    const seen = await violations(page)
    await openAdmin(page, app.url)
    for (const path of pages) {
      await page.goto(app.url + path)
      await page.waitForLoadState('networkidle')
    }
    await page.goto(`${app.url}/missing`)
    await page.getByRole('link', { name: 'To the front page' }).click()
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('Message').fill('Hello')
    await page.getByRole('button', { name: 'Sign' }).click()
    await expect(page.getByRole('status')).toHaveText(/Thank you/)
    expect(seen).toEqual([])
  })

  test('keeps a script from running that got into a page', async ({ shared: app, page }) => {
    const seen = await violations(page)
    const injected = [
      '<script>globalThis.hacked = true</script>',
      '<script nonce="guessed">globalThis.hacked = true</script>',
      `<script src="${app.url}/api/entries"></script>`,
      '<img src="/x" onerror="globalThis.hacked = true">',
      '<base href="https://evil.example/">',
      '<style>body { background: red }</style>',
      '<iframe src="https://evil.example/"></iframe>',
    ].join('')
    await page.route(app.url, async (route) => {
      const response = await route.fetch()
      const page = await response.text()
      await route.fulfill({
        response,
        body: page.replace(/<main[^>]*>/, (main) => main + injected),
      })
    })
    await page.goto(app.url)
    await expect
      .poll(() => seen.map((line) => line.split(' ')[1]).toSorted())
      .toEqual(
        [
          ...['base-uri', 'frame-src', 'script-src-attr', 'script-src-elem', 'script-src-elem'],
          ...['script-src-elem', 'style-src-elem'],
        ].toSorted(),
      )
    expect(await hacked(page)).toBe(false)
  })

  test('can not be weakened by who asks', async ({ shared: app }) => {
    const forged = "script-src 'unsafe-inline' 'nonce-Zm9yZ2Vk'"
    const nonces = new Set<string>()
    for (const header of ['content-security-policy', 'content-security-policy-report-only', 'x']) {
      const answer = await fetch(`${app.url}/guestbook`, { headers: { ...html, [header]: forged } })
      const policy = answer.headers.get('content-security-policy') ?? ''
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? ''
      const page = await answer.text()
      expect(policy).not.toContain('unsafe')
      expect(page).not.toContain('Zm9yZ2Vk')
      const scripts = page.match(/<script[^>]*>/g) ?? []
      expect(scripts).toHaveLength(1)
      expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([])
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(3)
  })
})

test('every answer tells browsers what they may not do', async ({ shared: app }) => {
  const style = /href="(\/_next\/static\/[^"]+)"/.exec(await openFrontPage(app.url))?.[1] ?? ''
  for (const path of [...pages, '/api/entries', '/api/none', '/favicon.ico', '/client.js', style]) {
    const { headers } = await fetch(app.url + path, { headers: html, redirect: 'manual' })
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'")
    expect(headers.get('x-frame-options'), path).toBe('DENY')
    expect(headers.get('x-content-type-options'), path).toBe('nosniff')
    expect(headers.get('strict-transport-security'), path).toBe('max-age=31536000')
    expect(headers.get('referrer-policy'), path).toBe('same-origin')
    expect(headers.get('cross-origin-opener-policy'), path).toBe('same-origin')
    expect(headers.get('cross-origin-resource-policy'), path).toBe('same-origin')
    expect(headers.get('permissions-policy'), path).toContain('camera=()')
    expect(headers.has('x-powered-by'), path).toBe(false)
    expect(headers.has('access-control-allow-origin'), path).toBe(false)
  }
})

test.describe('Another site', () => {
  test('can not put a page of the app in a frame', async ({ shared: app, page }) => {
    const { url, stop } = await otherSite(`<iframe src="${app.url}/guestbook"></iframe>`)
    await page.goto(url)
    await expect.poll(() => page.frames().at(-1)?.url()).toMatch(/^chrome-error:/)
    stop()
  })

  test("can not write with its visitor's browser", async ({ shared: app, page }) => {
    await postEntry(app.url, 'kept')
    const id = (await entriesOf(app.url))[0]?.id
    await openAdmin(page, app.url)
    // What the browser sends for a button, without and with the app's own script.
    const fields = await page
      .locator(`form[aria-label="Entry ${id}"] input`)
      .evaluateAll((inputs) => inputs.map((input) => input.outerHTML).join(''))
    const { url, stop } = await otherSite(`
      <form method="post" action="${app.url}/admin/change">
        ${fields}<button name="change" value="delete">Win a prize</button>
      </form>
      <script>
        const simple = { method: 'POST', mode: 'no-cors', credentials: 'include' }
        const body = ${JSON.stringify(body)}
        globalThis.sent = Promise.allSettled([
          fetch('${app.url}/api/entries', { ...simple, body }),
          fetch('${app.url}/admin/change', { ...simple, body: new FormData(document.forms[0]) }),
          fetch('${app.url}/sign-out', simple),
          fetch('${app.url}/api/entries/${id}', { method: 'DELETE', credentials: 'include' }),
        ])
      </script>`)
    await page.goto(url)
    await page.evaluate('globalThis.sent')
    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.getByRole('button').click()
    expect((await answered).status()).toBe(403)
    await expect(page.getByRole('heading')).toHaveText('Nothing was changed.')
    await expect(page.getByText('This came from another site.')).toBeVisible()
    await expect(page.getByRole('button')).toBeHidden()
    stop()
    expect(await messagesOf(app.url)).toEqual(['kept'])
    await page.goto(`${app.url}/admin`)
    await expect(page.getByRole('heading', { name: 'Moderation' })).toBeVisible()
  })

  test('is refused whichever way the browser tells', async ({ shared: app }) => {
    const { host } = new URL(app.url)
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin: app.url },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
      { origin: `http://${host}.evil.example` },
    ]) {
      for (const [method, path] of [
        ['POST', '/'],
        ['POST', '/guestbook'],
        ['POST', '/guestbook/sign'],
        ['POST', '/admin/change'],
        ['POST', '/sign-in/session'],
        ['POST', '/sign-out'],
        ['POST', '/api/entries'],
        ['PATCH', '/api/entries/1'],
        ['DELETE', '/api/entries/1'],
      ] as const) {
        const answer = await rawRequest(app.url, path, {
          method,
          headers: { ...bearer, ...headers },
        })
        expect(answer.status, `${method} ${path} ${JSON.stringify(headers)}`).toBe(403)
      }
    }
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { origin: app.url }]) {
      const key = { 'idempotency-key': randomUUID() }
      const request = { method: 'POST', headers: { ...json, ...key, ...headers }, body }
      expect((await fetch(`${app.url}/api/entries`, request)).status).toBe(201)
    }
  })
})

test('SQL in what people write is text', async ({ shared: app }) => {
  const strings = [
    "Robert'); drop table entries; --",
    "' or '1'='1",
    '" union select idempotency_key from entries --',
    "\\'; delete from entries; --",
  ]
  for (const text of strings) {
    await signGuestbook(app.url, text, text)
    const query = encodeURIComponent(text)
    expect((await fetch(`${app.url}/guestbook?before=1${query}`)).status).toBe(200)
    expect((await fetch(`${app.url}/api/entries?before=1${query}`)).status).toBe(400)
    const request = { method: 'DELETE', headers: bearer }
    expect((await fetch(`${app.url}/api/entries/1${query}`, request)).status).toBe(404)
  }
  expect(await messagesOf(app.url)).toEqual(strings.toReversed())
})

test('no path leads out of the app', async ({ shared: app }) => {
  for (const path of [
    '/../package.json',
    '/../../../../etc/passwd',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/server.js',
    '/_next/static/../../package.json',
    '/_next/static/..%2f..%2fserver.js',
    '/_next/static/%2e%2e%2f%2e%2e%2frequired-server-files.json',
    '/..\\..\\package.json',
    '/%00',
    '/%E0%A4%A',
    '/_next/image?url=%2F..%2Fpackage.json&w=64&q=75',
    '//evil.example/%2e%2e',
    'http://evil.example/',
  ]) {
    const { status, body, headers } = await rawRequest(app.url, path)
    expect(body, path).not.toMatch(/better-sqlite3|root:|outputFileTracing|createRequire/)
    // Never to another site: not even where the path looks like one.
    expect(headers.location ?? '/', path).toMatch(/^\/(?![/\\])/)
    expect([308, 400, 404], `${path}: ${status}`).toContain(status)
  }
})

test('who asks for a smaller image does not end the app', async ({ app }) => {
  for (const image of ['/favicon.svg', '/none.png', 'https://evil.example/large.png']) {
    const query = new URLSearchParams({ url: image, w: '64', q: '75' })
    const answer = await fetch(`${app.url}/_next/image?${query}`)
    expect([400, 404], `${image}: ${answer.status}`).toContain(answer.status)
    // What ends it would do so a little later.
    for (let time = 0; time < 30; time++) await openGuestbook(app.url)
  }
  expect(await app.stop()).toBe(0)
  expect(await app.logs()).not.toContain('CRITICAL')
})

test('a method that makes no sense changes nothing', async ({ shared: app }) => {
  for (const [method, path, status] of [
    ['PUT', '/', 405],
    ['DELETE', '/guestbook', 405],
    ['PUT', '/api/visits', 405],
    ['PUT', '/api/entries', 405],
    ['DELETE', '/api/entries', 405],
    ['GET', '/sign-out', 405],
    ['TRACE', '/', 405],
    ['PROPFIND', '/', 405],
  ] as const) {
    const answer = await rawRequest(app.url, path, { method, headers: { cookie: 'secret=1' } })
    expect(answer.status, `${method} ${path}`).toBe(status)
    expect(answer.body).not.toContain('secret')
  }
})

test('what is too large is refused before it comes', async ({ shared: app }) => {
  const post = (path: string, headers: Record<string, string | number>) =>
    rawRequest(app.url, path, { method: 'POST', headers })
  for (const path of ['/', '/guestbook/sign', '/sign-in/session', '/api/entries']) {
    expect((await post(path, { 'content-length': 200_000 })).status, path).toBe(413)
  }
  const long = { headers: { 'x-long': 'x'.repeat(20_000) } }
  expect((await rawRequest(app.url, '/', long)).status).toBe(431)
  expect((await rawRequest(app.url, `/?${'x'.repeat(20_000)}`)).status).toBe(431)
  // And where nobody says how large it is, each time, over connections that are kept.
  for (let time = 0; time < 4; time++) {
    const chunks = new Blob(['x'.repeat(200_000)]).stream()
    const request = { method: 'POST', headers: json, body: chunks, duplex: 'half' }
    expect((await fetch(`${app.url}/api/entries`, request as RequestInit)).status).toBe(413)
    expect((await fetch(`${app.url}/api/entries`)).status).toBe(200)
  }
})

test('a client that never ends its request is cut', async ({ shared: app }) => {
  const started = Date.now()
  expect(await slowRequest(app.url, 500)).toMatch(/^HTTP\/1\.1 408 /)
  expect(Date.now() - started).toBeLessThan(20_000)
})

test.describe('A client that asks too often', () => {
  const write = (url: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/api/entries`, { method: 'POST', headers: { ...json, ...headers }, body })

  test('is told when to come back, whoever it claims to be', async ({ start }) => {
    const app = await start({ RATE_LIMITS: 'writes=3' })
    await app.ready()
    for (let number = 1; number <= 3; number++) expect((await write(app.url)).status).toBe(201)
    const answer = await write(app.url, {
      'x-forwarded-for': '192.0.2.1',
      forwarded: 'for=192.0.2.1',
      'x-real-ip': '192.0.2.1',
      'x-client': '192.0.2.1',
    })
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(30)
    expect(await answer.json()).toMatchObject({ type: 'urn:visits:problem:too-many', status: 429 })
    expect((await fetch(`${app.url}/guestbook`)).status).toBe(200)
  })

  test('is who is before the load balancer, where that is in front', async ({ start }) => {
    const app = await start({ RATE_LIMITS: 'writes=1', K_SERVICE: 'visits', TRUSTED_PROXIES: '2' })
    await app.ready()
    const status = async (from: string) =>
      (await write(app.url, { 'x-forwarded-for': `${from}, 35.191.0.1` })).status
    expect(await status('198.51.100.1')).toBe(201)
    expect(await status('203.0.113.9, 198.51.100.1')).toBe(429)
    expect(await status('198.51.100.2')).toBe(201)
  })

  test('is who Google says it is, on Cloud Run', async ({ start }) => {
    const app = await start({ RATE_LIMITS: 'writes=1', K_SERVICE: 'visits' })
    await app.ready()
    const status = async (from: string) =>
      (await write(app.url, { 'x-forwarded-for': from })).status
    expect(await status('198.51.100.1')).toBe(201)
    expect(await status('203.0.113.9, 198.51.100.1')).toBe(429)
    expect(await status('198.51.100.1, 198.51.100.2')).toBe(201)
    expect(await status('2001:db8:1:2::1')).toBe(201)
    expect(await status('2001:db8:1:2:ffff::9')).toBe(429)
  })

  test('can be a browser, and never a probe', async ({ start, page }) => {
    const app = await start({ RATE_LIMITS: 'requests=5' })
    await app.ready()
    for (let number = 1; number <= 6; number++) await fetch(app.url)
    const answer = await page.goto(app.url)
    expect(answer?.status()).toBe(429)
    await expect(page.getByRole('heading')).toHaveText('There were too many requests.')
    expect((await app.health()).status).toBe(200)
    expect((await fetch(`${app.url}/favicon.ico`)).status).toBe(200)
  })
})

test.describe('Behind a proxy that asks for another host', () => {
  const origin = 'https://visits.example'
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const signOut = (url: string, headers: Record<string, string>) =>
    rawRequest(url, '/sign-out', { method: 'POST', headers: { ...form, ...headers } })

  test('a page of PUBLIC_URL is one of ours', async ({ start }) => {
    const app = await start({ ADMIN_TOKEN: adminToken, PUBLIC_URL: origin })
    await app.ready()
    expect((await signOut(app.url, { origin })).status).toBe(303)
    for (const other of ['https://evil.example', `${origin}.evil.example`, 'null']) {
      expect((await signOut(app.url, { origin: other })).status, other).toBe(403)
    }
    const claimed = { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }
    expect((await signOut(app.url, claimed)).status).toBe(403)
  })

  test('its operator is told what to set', async ({ app }) => {
    const answer = await signOut(app.url, { origin, 'x-forwarded-host': 'visits.example' })
    expect(answer.status).toBe(403)
    expect(answer.body).not.toContain('PUBLIC_URL')
    const { host } = new URL(app.url)
    await expect
      .poll(() => app.logs())
      .toMatch(new RegExp(`${origin} to the host ${host} .*set PUBLIC_URL`))
  })
})

test('what is no request is answered in words, and protected as every answer is', async ({
  shared: app,
}) => {
  const long = { headers: { 'x-long': 'x'.repeat(20_000) } }
  for (const [status, answer] of [
    [431, await rawRequest(app.url, '/', long)],
    [400, await rawRequest(app.url, '/', { headers: { host: 'a/b' } })],
    [417, await rawRequest(app.url, '/', { headers: { expect: 'more' } })],
  ] as const) {
    expect(answer.status).toBe(status)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.body).toMatch(/^[A-Z].*\.\n$/)
  }
})

test('no page comes in a coding that is not taken', async ({ shared: app }) => {
  const script = /src="(\/[^"]+\.js)"/.exec(await openFrontPage(app.url))?.[1] ?? ''
  const coding = async (path: string, accepted: string, cookie = '') => {
    const headers = { ...html, 'accept-encoding': accepted, ...(cookie && { cookie }) }
    return (await rawRequest(app.url, path, { headers })).headers['content-encoding']
  }
  for (const path of [...pages, '/api/entries', script]) {
    expect(await coding(path, 'gzip;q=0, br;q=0'), path).toBeUndefined()
    expect(await coding(path, '*;q=0'), path).toBeUndefined()
  }
  for (const [cookie, liked] of [
    // What is kept for everybody is kept compressed.
    ['', 'gzip'],
    ['a=b', 'br'],
  ]) {
    expect(await coding('/guestbook', 'gzip, br', cookie)).toBe(liked)
    expect(await coding('/guestbook', 'gzip', cookie)).toBe('gzip')
    expect(await coding('/guestbook', 'br', cookie)).toBe('br')
  }
})

test('what a client says of its request does not make it another', async ({ shared: app }) => {
  const visits = async () => (await (await fetch(`${app.url}/api/visits`)).json()).visits as number
  const before = await visits()
  await fetch(app.url, { method: 'HEAD', headers: { ...html, 'x-request-kind': 'visit' } })
  expect(await visits()).toBe(before)
  await fetch(app.url, { headers: { ...html, 'x-request-kind': 'read' } })
  expect(await visits()).toBe(before + 1)
  // Known ways past what stands before the pages, and to other hosts.
  const headers = { ...html, 'x-middleware-subrequest': 'middleware:middleware:middleware' }
  for (const extra of [{}, { 'x-forwarded-host': 'evil.example', host: 'evil.example' }]) {
    const answer = await rawRequest(app.url, '/admin', { headers: { ...headers, ...extra } })
    expect(answer.status).toBe(307)
    expect(answer.headers.location).toBe('/sign-in?to=%2Fadmin')
  }
})

test.describe('Signing in', () => {
  test('leads nowhere else', async ({ shared: app, page }) => {
    for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.ex']) {
      await page.goto(`${app.url}/sign-in?to=${encodeURIComponent(to)}`)
      await showToken(page, adminToken)
      await expect(page.getByRole('heading', { name: 'Moderation' })).toBeVisible()
      expect(page.url(), to).toBe(`${app.url}/admin`)
      await page.context().clearCookies()
    }
  })

  for (const [proto, secure] of [
    ['http', false],
    ['https', true],
  ] as const) {
    test(`sets a cookie that is kept to itself, over ${proto}`, async ({ shared: app, page }) => {
      await page.setExtraHTTPHeaders({ 'x-forwarded-proto': proto })
      await page.goto(`${app.url}/sign-in`)
      const answered = page.waitForResponse((answer) => answer.request().method() === 'POST')
      await showToken(page, adminToken)
      const cookie = (await (await answered).headerValue('set-cookie')) ?? ''
      expect(cookie).toMatch(/^__session=\d+\.[\w-]{43}; Path=\/; /)
      expect(cookie).toContain('Max-Age=43200')
      expect(cookie).toContain('HttpOnly')
      expect(cookie.toLowerCase()).toContain('samesite=lax')
      expect(cookie.includes('Secure')).toBe(secure)
    })
  }

  test('can not be tried often, by a person or a program', async ({ app, page }) => {
    await page.goto(`${app.url}/sign-in`)
    for (let number = 1; number <= 4; number++) {
      await showToken(page, `wrong ${number}`)
      await expect(page.getByText('This is not the token.')).toBeVisible()
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeEnabled()
    }
    const remove = (authorization: string) =>
      fetch(`${app.url}/api/entries/1`, { method: 'DELETE', headers: { authorization } })
    expect((await remove('Bearer wrong-5')).status).toBe(401)
    const answer = await remove('Bearer wrong-6')
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    await showToken(page, 'wrong 7')
    await expect(page.getByText('There were too many wrong tokens.')).toBeVisible()
    // Nobody can lock the admins out, as all clients of a proxy may have one address.
    expect((await remove(bearer.authorization)).status).toBe(404)
    await openAdmin(page, app.url)
  })
})

test.describe('Without a session', () => {
  test.describe('without JavaScript', () => {
    test.use({ javaScriptEnabled: false })

    test('a button does nothing', async ({ shared: app, page }) => {
      await postEntry(app.url, 'kept')
      await openAdmin(page, app.url)
      await page.context().clearCookies()
      await page.getByRole('button', { name: 'Hide' }).click()
      await expect(page.getByLabel('Token')).toBeVisible()
      expect(await messagesOf(app.url)).toEqual(['kept'])
    })
  })

  test('what a button sends does nothing, wherever it is sent', async ({ app }) => {
    await postEntry(app.url, 'kept')
    const body = new URLSearchParams({ id: '1', before: '', change: 'delete' })
    for (const path of ['/', '/guestbook/sign', '/sign-in/session', '/admin', '/admin/change']) {
      for (const value of ['', adminToken, `${Date.now() + 1e9}.${'A'.repeat(43)}`]) {
        const headers = { ...html, cookie: `__session=${value}` }
        const answer = await fetch(app.url + path, { method: 'POST', headers, body })
        expect([403, 405, 422], `${path}: ${answer.status}`).toContain(answer.status)
      }
    }
    expect(await messagesOf(app.url)).toEqual(['kept'])
  })
})

test('no secret is on a page, nor in what comes with it', async ({ start }) => {
  const forwardToken = 'forward-token-of-the-readers'
  const app = await start({ ADMIN_TOKEN: adminToken, FORWARD_TOKEN: forwardToken })
  await app.ready()
  for (const path of [...pages, '/api/entries', '/api/visits', '/health/ready']) {
    for (const headers of [html, { accept: '*/*' }, { accept: '*/*', rsc: '1' }]) {
      const answer = await rawRequest(app.url, path, { headers })
      const said = JSON.stringify(answer)
      for (const secret of [adminToken, forwardToken, 'litestream.sock', 'REPLICA_URL']) {
        expect(said, path).not.toContain(secret)
      }
    }
  }
})

test('no secret is in the log, whatever goes wrong', async ({ app, bucket, page }) => {
  await postEntry(app.url, 'Hello')
  await openAdmin(page, app.url)
  const [cookie] = await page.context().cookies()
  await page.getByRole('button', { name: 'Hide' }).click()
  await expect(page.getByText('The entry is hidden.')).toBeVisible()
  const guess = 'somebodys-guess-of-it'
  const headers = {
    ...html,
    cookie: '__session=somebodys-cookie',
    authorization: `Bearer ${guess}`,
  }
  for (const path of [...pages, '/api/entries?before=x', '/%E0%A4%A']) {
    await rawRequest(app.url, path, { headers })
  }
  await rawRequest(app.url, '/api/entries/1', { method: 'DELETE', headers })
  const token = new URLSearchParams({ token: guess, to: '/admin' })
  await fetch(`${app.url}/sign-in/session`, { method: 'POST', headers, body: token })
  bucket.inject({ status: 500, only: 'writes' })
  await rawRequest(app.url, '/api/entries/1', { method: 'DELETE', headers: bearer })
  expect(await app.stop()).toBe(0)
  const log = await app.logs()
  expect(log).toContain('An admin has signed in.')
  for (const secret of [adminToken, cookie?.value ?? adminToken, guess, 'somebodys-cookie']) {
    expect(log).not.toContain(secret)
  }
})
