import type { Page } from '@playwright/test'
import { adminToken, bearer, openAdmin, showToken } from './support/admin.ts'
import { entriesOf, messagesOf, postEntry } from './support/api-client.ts'
import type { Container } from './support/container.ts'
import { expect, test } from './support/test.ts'
import { openGuestbook } from './support/visitor.ts'

test.use({ token: adminToken })

const entry = (page: Page, message: string) =>
  page.locator('.entries > li').filter({ hasText: message })

async function idOf({ url }: Container, message: string): Promise<number> {
  const found = (await entriesOf(url)).find((entry) => entry.message === message)
  if (!found) throw new Error(`There is no entry ${message}`)
  return found.id
}

const status = (page: Page) => page.locator('.outcome[data-state=done]')

function change({ url }: Container, id: number, hidden: boolean, headers: HeadersInit = bearer) {
  return fetch(`${url}/api/entries/${id}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ hidden }),
  })
}

function remove({ url }: Container, id: number, headers: HeadersInit = bearer) {
  return fetch(`${url}/api/entries/${id}`, { method: 'DELETE', headers })
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('an admin hides an entry, shows it again, and deletes it', async ({
      shared: app,
      page,
    }) => {
      for (const message of ['harmless', 'rude']) await postEntry(app.url, message)
      await openAdmin(page, app.url)

      await entry(page, 'rude').getByRole('button', { name: 'Hide' }).click()
      await expect(status(page)).toHaveText('The entry is hidden.')
      await expect(entry(page, 'rude')).toContainText('Hidden from everybody but admins')
      expect(await messagesOf(app.url)).toEqual(['harmless'])
      expect(await openGuestbook(app.url)).not.toContain('rude')

      await entry(page, 'rude').getByRole('button', { name: 'Show' }).click()
      await expect(status(page)).toHaveText('The entry is shown again.')
      expect(await messagesOf(app.url)).toEqual(['rude', 'harmless'])

      await entry(page, 'rude').getByText('Delete …').click()
      await entry(page, 'rude').getByRole('button', { name: 'Delete for good' }).click()
      await expect(status(page)).toHaveText('The entry is deleted.')
      await expect(entry(page, 'rude')).toBeHidden()
      expect(await messagesOf(app.url)).toEqual(['harmless'])
    })

    test('an admin signs in, stays where the entry was, and signs out', async ({
      shared: app,
      page,
    }) => {
      for (let number = 1; number <= 23; number++) await postEntry(app.url, `No. ${number}.`)
      const fourth = await idOf(app, 'No. 4.')
      await page.goto(`${app.url}/admin?before=${fourth}`)
      await showToken(page, 'a wrong one')
      await expect(page.getByLabel('Token')).toHaveAccessibleDescription('This is not the token.')
      await showToken(page, adminToken)
      await expect(entry(page, 'No. 3.')).toBeVisible()
      await entry(page, 'No. 2.').getByRole('button', { name: 'Hide' }).click()
      await expect(status(page)).toHaveText('The entry is hidden.')
      await expect(entry(page, 'No. 2.')).toContainText('Hidden')
      await page.getByRole('link', { name: 'Newest entries' }).click()
      await expect(page.locator('.entries > li')).toHaveCount(20)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await expect(page.getByLabel('Token')).toBeVisible()
      await page.goto(`${app.url}/admin`)
      await expect(page.getByLabel('Token')).toBeVisible()
    })

    test('an operator can sign in, and out, while the bucket is away', async ({
      app,
      bucket,
      page,
    }) => {
      await postEntry(app.url, 'Hello')
      await bucket.cut()
      await expect
        .poll(async () => (await app.health()).body.replication?.status, { timeout: 30_000 })
        .toBe('degraded')
      await openAdmin(page, app.url)
      await expect(entry(page, 'Hello')).toBeVisible()
      await page.getByRole('button', { name: 'Sign out' }).click()
      await expect(page.getByLabel('Token')).toBeVisible()
    })
  })
}

test('who moderates is told at the entry, and goes on from there', async ({ app, page }) => {
  for (const message of ['one.', 'two.', 'three.']) await postEntry(app.url, message)
  const [one, two] = [await idOf(app, 'one.'), await idOf(app, 'two.')]
  await openAdmin(page, app.url)
  await entry(page, 'two.').getByRole('button', { name: 'Hide' }).click()
  await expect(entry(page, 'two.').getByRole('status')).toHaveText('The entry is hidden.')
  await expect(entry(page, 'two.').getByRole('button', { name: 'Show' })).toBeFocused()

  const remove = async (message: string) => {
    await entry(page, message).getByText('Delete …').click()
    await entry(page, message).getByRole('button', { name: 'Delete for good' }).click()
  }
  await remove('two.')
  await expect(page.locator(`#entry-${two}`)).toHaveText('The entry is deleted.')
  await expect(entry(page, 'one.').getByRole('button', { name: 'Hide' })).toBeFocused()
  await remove('one.')
  await expect(page.locator(`#entry-${one}`)).toHaveText('The entry is deleted.')
  await expect(page.getByRole('heading', { name: 'Moderation' })).toBeFocused()
  expect(await messagesOf(app.url)).toEqual(['three.'])
})

test('what is said to have been done is so', async ({ shared: app, page }) => {
  await postEntry(app.url, 'there')
  const id = await idOf(app, 'there')
  await openAdmin(page, app.url)
  const { hostname: domain } = new URL(app.url)
  for (const value of [`${id}.deleted`, `${id}.hidden`, `${id + 6}.shown`, 'x']) {
    await page.context().addCookies([{ name: 'changed', value, domain, path: '/admin' }])
    await page.goto(`${app.url}/admin?done=deleted`)
    await expect(entry(page, 'there')).toBeVisible()
    await expect(status(page)).toBeHidden()
  }
})

test('who is signed out meanwhile is asked for the token, and nothing is changed', async ({
  shared: app,
  page,
}) => {
  await postEntry(app.url, 'kept')
  await openAdmin(page, app.url)
  await page.context().clearCookies()
  await entry(page, 'kept').getByRole('button', { name: 'Hide' }).click()
  await expect(entry(page, 'kept').getByRole('status')).toHaveText(
    /Nothing was changed.*signed out/,
  )
  expect(await messagesOf(app.url)).toEqual(['kept'])
})

test('a program with the token hides and deletes, and what it was told is kept', async ({
  app,
  bucket,
  start,
}) => {
  for (const message of ['one', 'two', 'three']) await postEntry(app.url, message)
  expect((await change(app, 1, true)).status).toBe(204)
  expect((await change(app, 2, true)).status).toBe(204)
  expect((await change(app, 2, false)).status).toBe(204)
  expect((await remove(app, 3)).status).toBe(204)
  await app.kill()

  expect((await bucket.content()).messages).toEqual(['two'])
  const next = await start({ ADMIN_TOKEN: adminToken })
  await next.ready()
  expect(await messagesOf(next.url)).toEqual(['two'])
  // The lease of the one that was killed has to run out.
  await expect
    .poll(async () => (await change(next, 1, false)).status, { timeout: 20_000 })
    .toBe(204)
  expect(await messagesOf(next.url)).toEqual(['two', 'one'])
})

test('what the bucket does not have is not said to be done', async ({ app, bucket }) => {
  await postEntry(app.url, 'rude')
  bucket.inject({ status: 500, only: 'writes' })
  const answer = await remove(app, 1)
  expect(answer.status).toBe(503)
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  // Here it is gone; that it stays so is not known yet.
  expect((await remove(app, 1)).status).toBe(503)
  bucket.inject(null)
  await expect.poll(async () => (await remove(app, 1)).status, { timeout: 30_000 }).toBe(404)
  expect((await bucket.content()).messages).toEqual([])
})

test('a program is told what is wrong', async ({ app }) => {
  await postEntry(app.url, 'Hello')
  const patch = (body: string) =>
    fetch(`${app.url}/api/entries/1`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', ...bearer },
      body,
    })
  for (const [what, answer, code, type] of [
    ['no token', await change(app, 1, true, {}), 401, 'not-admin'],
    ['another token', await remove(app, 1, { authorization: 'Bearer x' }), 401, 'not-admin'],
    ['the cookie', await remove(app, 1, { cookie: `__session=${adminToken}` }), 401, 'not-admin'],
    ['no such entry', await change(app, 7, true), 404, 'no-entry'],
    ['an id that is none', await remove(app, Number.NaN), 404, 'no-entry'],
    ['no JSON', await patch('{'), 400, 'not-json'],
    ['another change', await patch('{"hidden": true, "name": "Eve"}'), 422, 'invalid'],
    ['no change', await patch('{}'), 422, 'invalid'],
  ] as const) {
    expect(answer.status, what).toBe(code)
    expect(await answer.json(), what).toMatchObject({ type: `urn:visits:problem:${type}` })
    if (code === 401) expect(answer.headers.get('www-authenticate'), what).toBe('Bearer')
  }
  expect(await messagesOf(app.url)).toEqual(['Hello'])
})

for (const [where, environment] of [
  ['on Cloud Run', { K_SERVICE: 'visits' }],
  ['on any other host', { LOCAL: '' }],
] as const) {
  test(`nobody is an admin ${where} until there is a token`, async ({ start, page }) => {
    const app = await start(environment)
    await app.ready()
    await postEntry(app.url, 'Hello')
    for (const path of ['/admin', '/status']) {
      await page.goto(app.url + path)
      await expect(page.getByText('Set ADMIN_TOKEN')).toBeVisible()
      await expect(page.getByLabel('Token')).toBeHidden()
    }
    for (const headers of [{}, bearer, { authorization: 'Bearer ' }]) {
      expect((await remove(app, 1, headers)).status).toBe(403)
    }
    expect(await messagesOf(app.url)).toEqual(['Hello'])
  })
}

test("everybody is one on the machine of the app's owner", async ({ start, page }) => {
  const app = await start()
  await app.ready()
  await postEntry(app.url, 'rude')
  await page.goto(`${app.url}/admin`)
  await entry(page, 'rude').getByRole('button', { name: 'Hide' }).click()
  await expect(status(page)).toHaveText('The entry is hidden.')
  expect((await remove(app, 1, {})).status).toBe(204)
})

test('a new token ends the sessions that the old one began', async ({ app, page, start }) => {
  await openAdmin(page, app.url)
  const cookies = await page.context().cookies()
  await app.stop()
  const next = await start({ ADMIN_TOKEN: `${adminToken}-anew` })
  await next.ready()
  await page.context().addCookies(cookies.map((cookie) => ({ ...cookie, domain: '127.0.0.1' })))
  await page.goto(`${next.url}/admin`)
  await expect(page.getByLabel('Token')).toBeVisible()
})

test('a token that is too short ends the boot with one line', async ({ start }) => {
  const app = await start({ ADMIN_TOKEN: 'short' })
  expect(await app.exitCode()).toBe(1)
  const critical = (await app.logs()).split('\n').filter((line) => line.includes('CRITICAL'))
  expect(critical).toEqual([expect.stringMatching(/ADMIN_TOKEN .* 16 or more/)])
})
