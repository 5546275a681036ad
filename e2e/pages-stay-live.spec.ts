import type { Page } from '@playwright/test'
import { adminToken, showToken } from './support/admin.ts'
import { postEntry } from './support/api-client.ts'
import { test as deploys } from './support/deploys.ts'
import { expect, test } from './support/test.ts'
import { openFrontPage } from './support/visitor.ts'

const line = (page: Page) => page.locator('.replication')
const pill = (page: Page) => page.getByRole('button', { name: /new entr/ })
const entries = (page: Page) => page.locator('#entries li')

/** Has the browser say that nobody sees the page any more, or that somebody does. */
async function see(page: Page, isSeen: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, !isSeen)
}

test.describe('A page that is open', () => {
  test('offers what others write, and moves nothing until they are asked for', async ({
    app,
    page,
    browser,
  }) => {
    await postEntry(app.url, 'first')
    await page.goto(app.url)
    const placeOf = () => entries(page).first().boundingBox()
    const place = await placeOf()
    const other = await (await browser.newContext()).newPage()
    await other.goto(app.url)
    await other.getByLabel('Your name').fill('Ada')
    await other.getByLabel('Message').fill('second')
    await other.getByRole('button', { name: 'Sign' }).click()
    await expect(entries(other)).toHaveCount(2)
    await expect(pill(page)).toHaveText('1 new entry')
    await postEntry(app.url, 'third')
    await expect(pill(page)).toHaveText('2 new entries')
    expect(await placeOf()).toEqual(place)
    await expect(entries(page)).toHaveCount(1)
    await expect(page.getByRole('heading', { level: 1 })).toContainText('visited 2 times')

    await pill(page).click()
    await expect(entries(page)).toHaveText([/third/, /second/, /first/])
    await expect(entries(page).first()).toBeFocused()
    await expect(pill(page)).toBeHidden()
    // Who has written it has it already.
    await expect(pill(other)).toHaveText('1 new entry')
  })

  test('offers the first entry where nobody had signed, and leads past a page of them', async ({
    shared: app,
    page,
  }) => {
    await page.goto(app.url)
    await expect(page.getByText('Nobody has signed yet.')).toBeVisible()
    await postEntry(app.url, 'first')
    await pill(page).click()
    await expect(entries(page)).toHaveText([/first/])
    for (let number = 2; number <= 13; number++) await postEntry(app.url, `No. ${number}.`)
    await expect(pill(page)).toHaveText('More than 10 new entries')
    await pill(page).click()
    await expect(entries(page)).toHaveCount(10)
    await page.getByRole('link', { name: 'Older entries' }).click()
    await expect(entries(page)).toHaveText([/No. 3\./, /No. 2\./, /first/])
  })

  test('counts no visit by being open, and draws the chart anew', async ({ app, page }) => {
    await page.clock.install()
    await page.goto(app.url)
    const drawn = page.waitForRequest((request) => {
      return new URL(request.url()).pathname === '/' && request.headers().purpose === 'prefetch'
    })
    await page.clock.runFor(10_000)
    await openFrontPage(app.url)
    const heading = page.getByRole('heading', { level: 1 })
    await expect(async () => {
      await page.clock.runFor(6_000)
      await expect(heading).toContainText('visited 2 times', { timeout: 500 })
    }).toPass()
    await expect(async () => {
      await page.clock.runFor(20_000)
      await Promise.race([drawn, Promise.reject(new Error('not yet'))])
    }).toPass()
    await (await (await drawn).response())?.finished()
    const answer = await fetch(`${app.url}/api/visits`)
    expect(await answer.json()).toMatchObject({ visits: 2 })
  })

  test('asks nothing while nobody sees it, and at once when it is seen', async ({
    shared: app,
    page,
  }) => {
    await page.clock.install()
    await page.goto(app.url)
    let asked = 0
    page.on('request', (request) => {
      if (request.url().endsWith('/live')) asked++
    })
    const next = page.waitForResponse('**/live')
    await page.clock.runFor(2_000)
    await next
    await see(page, false)
    asked = 0
    await page.clock.runFor(120_000)
    expect(asked).toBe(0)
    const again = page.waitForResponse('**/live')
    await see(page, true)
    await page.clock.runFor(1)
    await again
    expect(asked).toBe(1)
  })

  test('says that there is no connection, and that there is one again', async ({
    shared: app,
    page,
  }) => {
    await page.goto(app.url)
    await page.context().setOffline(true)
    await expect(line(page)).toHaveText(/^No connection since \d\d:\d\d:\d\d$/)
    await expect(line(page)).toHaveAttribute('data-state', 'down')
    await page.context().setOffline(false)
    await expect(line(page)).toHaveAttribute('data-state', 'ok')
  })

  test('offers to be loaded anew once another release answers', async ({ shared: app, page }) => {
    await page.route('**/live', async (route) => {
      const answer = await route.fetch()
      await route.fulfill({ json: { ...(await answer.json()), release: 'another' } })
    })
    await page.goto(app.url)
    await expect(page.getByText('another release')).toBeVisible()
    await page.unroute('**/live')
    await page.getByRole('link', { name: 'Load it anew' }).click()
    await expect(line(page)).toHaveText(/^Everything up to \d\.\d s ago/)
    await expect(page.getByText('another release')).toBeHidden()
  })

  test.describe('in another zone', () => {
    test.use({ timezoneId: 'Asia/Kolkata' })

    test('says how long ago an entry was written, and when, where that is asked', async ({
      shared: app,
      page,
    }) => {
      await page.clock.install()
      await postEntry(app.url, 'first')
      await page.goto(app.url)
      const time = entries(page).getByRole('time')
      await expect(time).toHaveText('just now')
      await expect(time).toHaveAttribute('title', /GMT\+5:30$/)
      await page.clock.runFor(150_000)
      await expect(time).toHaveText('2 minutes ago')
      await time.focus()
      await expect(time).toHaveText(/^\d+ \w+ \d{4} at \d\d:\d\d GMT\+5:30$/)
      await time.blur()
      await expect(time).toHaveText('2 minutes ago')
    })
  })
})

test('the line of replication is red while the bucket is away, and green when it is back', async ({
  app,
  bucket,
  page,
}) => {
  await page.goto(app.url)
  await expect(line(page)).toHaveText(/^Everything up to .* is in the bucket · epoch 1/)
  await expect(line(page)).toHaveAttribute('data-state', 'ok')
  await bucket.cut()
  await expect(line(page)).toHaveAttribute('data-state', 'down', { timeout: 30_000 })
  await expect(line(page)).toHaveText(
    /^Not in the bucket\. The bucket (does not answer|has not answered lately)\./,
  )
  await bucket.mend()
  await expect(line(page)).toHaveAttribute('data-state', 'ok', { timeout: 60_000 })
})

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('the line of replication is there, and no name or address is in it', async ({
    shared: app,
    page,
  }) => {
    await page.goto(app.url)
    await postEntry(app.url, 'first')
    await page.reload()
    await expect(line(page)).toHaveText(
      /^Everything up to \d+\.\d s ago is in the bucket · epoch 1/,
    )
    const live = await (await fetch(`${app.url}/live`)).text()
    expect(live).not.toMatch(/gs:|\/|127\.|visits-/)
  })
})

deploys(
  'the status keeps what it knew last while the server is not reachable',
  async ({ router, start, page }) => {
    const begin = async (K_REVISION: string) => {
      const instance = await start({ K_REVISION, ADMIN_TOKEN: adminToken })
      await instance.ready()
      router.route(instance)
      return instance
    }
    const first = await begin('visits-00001')
    await page.goto(`${router.url}/sign-in?to=/status`)
    await showToken(page, adminToken)
    const facts = page.locator('#facts')
    await expect(facts).toContainText('visits-00001')
    expect(await first.stop()).toBe(0)
    await expect(page.getByText(/^Not reachable since .* last known facts\.$/)).toBeVisible()
    await expect(facts).toContainText('visits-00001')
    await begin('visits-00002')
    await expect(facts).toContainText('visits-00002', { timeout: 30_000 })
    await expect(page.getByText(/^Not reachable/)).toBeHidden()

    await page.context().clearCookies()
    await expect(page.getByText(/Your session has ended/)).toBeVisible()
    await expect(facts).toContainText('visits-00002')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await expect(page.getByLabel('Token')).toBeVisible()
  },
)
