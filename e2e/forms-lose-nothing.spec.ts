import type { Page } from '@playwright/test'
import { FaultyProxy } from '../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import { freePort } from '../packages/streamkeeper/src/test-tools/ports.ts'
import { adminToken, showToken } from './support/admin.ts'
import { entriesOf, messagesOf, postEntry } from './support/api-client.ts'
import { test as base } from './support/deploys.ts'
import { expect } from './support/test.ts'
import { sign } from './support/visitor.ts'

/** A page of the app through a proxy that loses answers. */
const test = base.extend<{ lossy: FaultyProxy }>({
  lossy: async ({ shared }, use) => {
    const proxy = new FaultyProxy(await freePort(), Number(new URL(shared.url).port))
    await proxy.mend()
    await use(proxy)
    await proxy.cut()
  },
})

const text = 'Two lines\nof a text that took long to write.'

const name = (page: Page) => page.getByLabel('Your name')
const message = (page: Page) => page.getByLabel('Message')
const button = (page: Page) => page.getByRole('button', { name: 'Sign the guestbook' })
const outcome = (page: Page) => page.locator('form .outcome')

const newestId = async (url: string) => (await entriesOf(url))[0]?.id

/** Everything is there that was typed, and can be sent again. */
async function isKept(page: Page, written = text): Promise<void> {
  await expect(name(page)).toHaveValue('Ada')
  await expect(message(page)).toHaveValue(written)
  await expect(message(page)).toBeEditable()
}

/** The page, or the place below the form, where it is said what happened. */
const said = (page: Page) => page.locator('main')

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('the form of a release is taken by the next one', async ({ router, deploy, page }) => {
      const one = await deploy('one')
      router.route(one)
      await page.goto(router.url)
      const two = await deploy('two', { isNext: true })
      router.route(two)
      await sign(page, 'Ada', text)
      // While the lease moves it may be refused, and can be sent again.
      await expect(async () => {
        if ((await message(page).inputValue()) !== '') await button(page).click({ timeout: 1_000 })
        await expect(said(page)).toContainText('Thank you. Your entry is saved.', {
          timeout: 10_000,
        })
      }).toPass({ timeout: 60_000 })
      expect(await messagesOf(two.url)).toEqual([text])
      if (javaScriptEnabled) {
        await expect(said(page)).toContainText('There is another release of this page.')
        await page.getByRole('link', { name: 'Load it', exact: true }).click()
      } else await page.goto(router.url)
      await expect(page.getByText('The next release.')).toBeVisible()
    })

    test('a release signs in with, and moderates by, the forms of the one before', async ({
      router,
      deploy,
      page,
    }) => {
      const environment = { ADMIN_TOKEN: adminToken }
      const one = await deploy('one', { environment })
      await postEntry(one.url, 'rude')
      router.route(one)
      await page.goto(`${router.url}/admin`)
      const two = await deploy('two', { isNext: true, environment })
      router.route(two)
      await showToken(page, adminToken)
      await expect(page.getByRole('heading', { name: 'Moderation' })).toBeVisible()
      router.route(one)
      await page.reload()
      router.route(two)
      // While the lease moves it may be refused, and the button is there again.
      await expect(async () => {
        const hide = page.getByRole('button', { name: 'Hide' })
        if (await hide.isVisible()) await hide.click()
        await expect(page.getByText('The entry is hidden.')).toBeVisible({ timeout: 10_000 })
      }).toPass({ timeout: 60_000 })
      expect(await messagesOf(two.url)).toEqual([])
    })

    test('while a leader is frozen, the text stays and can be sent again', async ({
      router,
      deploy,
      page,
    }) => {
      // Longer than a request may wait for a lease.
      const environment = { LEASE_TTL_SECONDS: '12' }
      const one = await deploy('one', { environment })
      expect(await postEntry(one.url, 'before')).toBe(201)
      const two = await deploy('two', { environment })
      router.route(two)
      await page.goto(`${router.url}/guestbook`)
      await one.pause()
      await sign(page, 'Ada', text)
      await expect(said(page)).toContainText('Nothing was saved.', { timeout: 30_000 })
      await isKept(page)
      if (javaScriptEnabled) {
        // By itself, as somebody waits for it.
        await expect(page.getByText(/sent again by itself in \d s/)).toBeVisible()
        await expect(outcome(page)).toContainText('Saving …', { timeout: 20_000 })
      } else expect(await page.content()).not.toContain('http-equiv')
      await expect(async () => {
        await button(page).click({ timeout: 1_000 })
        await expect(said(page)).toContainText('Thank you.', { timeout: 10_000 })
      }).toPass({ timeout: 60_000 })
      expect(await messagesOf(two.url)).toEqual([text, 'before'])
      await one.unpause()
    })

    test('who writes too often loses nothing', async ({ start, page }) => {
      const app = await start({ RATE_LIMITS: 'writes=1' })
      await app.ready()
      expect(await postEntry(app.url, 'before')).toBe(201)
      await page.goto(app.url)
      await sign(page, 'Ada', text)
      await expect(said(page)).toContainText('You have sent too much in a short time.')
      await isKept(page)
      if (!javaScriptEnabled) return
      await page.getByRole('button', { name: 'Stop' }).click()
      await expect(page.getByText('by itself')).toBeHidden()
      await expect(button(page)).toBeFocused()
    })

    test('an answer that was lost does not double the entry, nor lose what came later', async ({
      shared: app,
      lossy,
      page,
    }) => {
      const url = `http://127.0.0.1:${lossy.port}`
      await page.goto(`${url}/guestbook`)
      lossy.inject({ lost: true, only: /sign/ })
      await sign(page, 'Ada', text).catch(() => {})
      await expect.poll(() => messagesOf(app.url)).toEqual([text])
      if (javaScriptEnabled) await expect(said(page)).toContainText('it will be there only once')
      else {
        // The browser's own page, in a process of its own.
        await expect(page).toHaveURL(/^chrome-error:/)
        await page.goBack()
      }
      lossy.inject(null)
      await isKept(page)
      await sign(page, 'Ada', `${text} Edited.`)
      await expect(said(page)).toContainText('Your entry was saved before.')
      await expect(page.locator('.stored')).toContainText('Two lines')
      await isKept(page, `${text} Edited.`)
      expect(await messagesOf(app.url)).toEqual([text])
      await page.getByRole('button', { name: 'Save this as another entry' }).click()
      await expect(said(page)).toContainText('Thank you.')
      expect(await messagesOf(app.url)).toEqual([`${text} Edited.`, text])
    })

    test('what is not confirmed is edited, sent again, and written once', async ({
      app,
      bucket,
      page,
    }) => {
      expect(await postEntry(app.url, 'before')).toBe(201)
      await page.goto(`${app.url}/guestbook`)
      // The lease can be renewed, and nothing else can be written.
      bucket.inject({ status: 500, only: /\.ltx/ })
      for (const edited of [text, `${text} Edited.`, `${text} Edited again.`]) {
        await sign(page, 'Ada', edited)
        await expect(said(page)).toContainText('This is not confirmed yet.', { timeout: 40_000 })
        await isKept(page, edited)
        const stop = page.getByRole('button', { name: 'Stop' })
        if (javaScriptEnabled) await stop.click()
      }
      bucket.inject(null)
      await expect.poll(() => postEntry(app.url, 'after', 'after'), { timeout: 30_000 }).toBe(201)
      await button(page).click()
      await expect(said(page)).toContainText('Your entry was saved before.', { timeout: 30_000 })
      expect(await messagesOf(app.url)).toEqual(['after', text, 'before'])
      await page.getByRole(javaScriptEnabled ? 'button' : 'link', { name: /^Keep that/ }).click()
      await expect(page.locator('.entries')).toContainText('Two lines')
      expect(await messagesOf(app.url)).toEqual(['after', text, 'before'])
    })

    test('what fills in the hidden field is told so, and can send the rest', async ({
      app,
      page,
    }) => {
      await page.goto(app.url)
      await expect(page.getByLabel('Leave this empty')).toBeHidden()
      await page.locator('#more').evaluate((field: HTMLInputElement) => {
        field.value = 'https://spam.example'
      })
      await sign(page, 'Ada', text)
      await expect(said(page)).toContainText('This looks as if a program had sent it')
      await expect(said(page)).not.toContainText('Thank you')
      await isKept(page)
      expect(await messagesOf(app.url)).toEqual([])
      expect(await app.logs()).toContain('hidden field was filled in')
      expect(await app.logs()).not.toMatch(/took long|spam\.example/)
      await page.getByLabel('Leave this empty').fill('')
      await button(page).click()
      await expect(said(page)).toContainText('Thank you.')
      expect(await messagesOf(app.url)).toEqual([text])
    })

    test('thanks are said once, to who signed', async ({ shared: app, page }) => {
      await page.goto(`${app.url}/guestbook?signed=999999`)
      await expect(said(page)).not.toContainText('Thank you')
      await sign(page, 'Ada', text)
      await expect(said(page)).toContainText('Thank you.')
      const place = `#entry-${await newestId(app.url)}`
      await expect(page.locator(place)).toBeVisible()
      if (!javaScriptEnabled) expect(new URL(page.url()).hash).toBe(place)
      await page.reload()
      await expect(said(page)).not.toContainText('Thank you')
      expect(await page.context().cookies()).toEqual([])
    })

    test('a form that is too large for the server says so', async ({ shared: app, page }) => {
      await page.goto(app.url)
      await sign(page, 'Ada', 'x'.repeat(300_000))
      await expect(said(page)).toContainText('Please shorten it')
      if (!javaScriptEnabled) {
        await expect(said(page)).toContainText('go back one page')
        await page.goBack()
      }
      await isKept(page, 'x'.repeat(300_000))
    })
  })
}

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('going back and sending the same again is the same entry', async ({ shared: app, page }) => {
    await page.goto(`${app.url}/guestbook`)
    await sign(page, 'Ada', text)
    await expect(said(page)).toContainText('Thank you.')
    await page.goBack()
    await sign(page, 'Ada', text)
    await expect(said(page)).toContainText('Thank you.')
    expect(await messagesOf(app.url)).toEqual([text])
    await page.goBack()
    await sign(page, 'Ada', 'Another text')
    await expect(said(page)).toContainText('Your entry was saved before.')
    await page.getByRole('link', { name: /^Keep that entry/ }).click()
    await expect(page.locator(`#entry-${await newestId(app.url)}`)).toBeVisible()
    expect(await messagesOf(app.url)).toEqual([text])
  })

  test('the address of a refusal leads back to the form', async ({ shared: app, page }) => {
    await page.goto(`${app.url}/guestbook/sign`)
    await expect(button(page)).toBeVisible()
  })
})

test('offline, the text stays, and is sent once there is a network', async ({
  shared: app,
  page,
}) => {
  await page.goto(app.url)
  await page.context().setOffline(true)
  await sign(page, 'Ada', text)
  await expect(outcome(page)).toContainText('You are offline.')
  await expect(outcome(page)).toHaveAttribute('data-state', 'failed')
  await isKept(page)
  await page.context().setOffline(false)
  await button(page).click()
  await expect(outcome(page)).toContainText('Thank you.')
  expect(await messagesOf(app.url)).toEqual([text])
})

for (const [what, answer] of [
  ['a reset', null],
  ['a page of a proxy', { status: 200, contentType: 'text/html', body: '<p>Sign in here' }],
  ['a failing proxy', { status: 502, body: 'Bad gateway' }],
  ['another release', { status: 404, contentType: 'text/html', body: 'Not found' }],
  ['a server that fails', { status: 500, body: 'Internal Server Error' }],
  ['half an answer', { status: 200, contentType: 'application/json', body: '{"id": 1,' }],
] as const) {
  test(`the text stays whatever answers: ${what}`, async ({ shared: app, page }) => {
    await page.goto(app.url)
    await page.route('**/guestbook/sign', (route) =>
      answer ? route.fulfill(answer) : route.abort('connectionreset'),
    )
    await sign(page, 'Ada', text)
    await expect(outcome(page)).toHaveAttribute('data-state', /failed|unclear/)
    await expect(outcome(page)).not.toContainText('Thank you')
    await isKept(page)
    await page.unroute('**/guestbook/sign')
    await button(page).click()
    await expect(outcome(page)).toContainText('Thank you.')
    expect(await messagesOf(app.url)).toEqual([text])
  })
}

test('while it is sent nothing can be typed, and nothing is sent twice', async ({
  shared: app,
  page,
}) => {
  await page.goto(app.url)
  let sent = 0
  const go = Promise.withResolvers<void>()
  await page.route('**/guestbook/sign', async (route) => {
    sent++
    await go.promise
    await route.continue()
  })
  await name(page).fill('Ada')
  await message(page).fill(text)
  await button(page).dblclick()
  await expect(outcome(page)).toHaveText('Saving …')
  await expect(message(page)).not.toBeEditable()
  await expect(button(page)).toBeFocused()
  await name(page).press('Enter')
  go.resolve()
  await expect(outcome(page)).toContainText('Thank you.')
  expect(sent).toBe(1)
  await expect(message(page)).toHaveValue('')
  await expect(message(page)).toBeEditable()
  await expect(button(page)).toBeVisible()
})

test('what is written after an entry survives a page that thanks for that one', async ({
  shared: app,
  page,
}) => {
  await page.goto(app.url)
  await postEntry(app.url, 'Before')
  const id = await newestId(app.url)
  await name(page).fill('Ada')
  await message(page).fill(text)
  // Its answer came, but not whole.
  await page.context().addCookies([{ name: 'signed', value: `${id}.5`, url: app.url }])
  await page.reload()
  await expect(outcome(page)).toHaveText('Thank you. Your entry is saved.')
  await isKept(page)
})

test('what is written survives a reload, with its key, and ends with its tab', async ({
  shared: app,
  lossy,
  page,
}) => {
  const url = `http://127.0.0.1:${lossy.port}`
  await page.goto(url)
  lossy.inject({ lost: true, only: /sign/ })
  await sign(page, 'Ada', text)
  await expect(outcome(page)).toHaveAttribute('data-state', 'unclear')
  lossy.inject(null)
  await page.reload()
  await isKept(page)
  await button(page).click()
  await expect(outcome(page)).toContainText('Thank you.')
  expect(await messagesOf(app.url)).toEqual([text])
  await page.reload()
  await expect(message(page)).toHaveValue('')
})

test('going back to a page after signing on it, another entry is another entry', async ({
  shared: app,
  page,
}) => {
  await page.goto(`${app.url}/guestbook`)
  await sign(page, 'Ada', 'one')
  await expect(outcome(page)).toContainText('Thank you.')
  await sign(page, 'Ada', 'two')
  await expect(page.locator('.entries > li')).toHaveCount(2)
  await page.goto(app.url)
  await page.goBack()
  await sign(page, 'Ada', 'three')
  await expect(outcome(page)).toContainText('Thank you.')
  expect(await messagesOf(app.url)).toEqual(['three', 'two', 'one'])
})

test('it is not sent again by itself once somebody has changed it', async ({
  shared: app,
  page,
}) => {
  await page.goto(app.url)
  let sent = 0
  await page.route('**/guestbook/sign', (route) => {
    sent++
    return route.fulfill({ status: 503, headers: { 'retry-after': '1' }, body: '' })
  })
  await sign(page, 'Ada', text)
  await expect(page.getByText(/by itself/)).toBeVisible()
  await message(page).press('x')
  await expect(page.getByText(/by itself/)).toBeHidden()
  expect(sent).toBe(1)
  await button(page).click()
  await expect.poll(() => sent).toBe(3)
  // Once is enough.
  await expect(page.getByText(/by itself/)).toBeHidden()
  await expect(outcome(page)).toHaveAttribute('data-state', 'unclear')
})
