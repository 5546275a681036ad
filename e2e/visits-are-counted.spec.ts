import { expect, test } from './support/test.ts'
import { openFrontPage } from './support/visitor.ts'

async function visited(url: string): Promise<number> {
  const text = await (await fetch(url)).text()
  return Number(/^This server has been visited (\d+) times?\.\n$/.exec(text)?.[1])
}

test('each visitor is told how many there have been', async ({ app, page }) => {
  await page.goto(app.url)
  await expect(page.getByText('This server has been visited 1 time.')).toBeVisible()
  await page.reload()
  await expect(page.getByText('This server has been visited 2 times.')).toBeVisible()
})

test('a program is told in one line of plain text', async ({ app }) => {
  const answer = await fetch(app.url)
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(await answer.text()).toBe('This server has been visited 1 time.\n')
})

test('what is no visit is not counted', async ({ shared: app }) => {
  const html = { accept: 'text/html' }
  const before = await visited(app.url)
  const page = await openFrontPage(app.url)
  const script = /src="(\/client\.js)"/.exec(page)?.[1]
  for (const [path, options, status] of [
    ['/favicon.ico', {}, 200],
    ['/favicon.svg', {}, 200],
    [script ?? 'no script', {}, 200],
    ['/health/live', {}, 200],
    ['/health/ready', {}, 200],
    ['/guestbook', { headers: html }, 200],
    ['/missing', { headers: html }, 404],
    ['/', { headers: html, method: 'HEAD' }, 200],
    ['/', { headers: { ...html, 'sec-purpose': 'prefetch' } }, 200],
    ['/', { headers: { rsc: '1', 'next-router-prefetch': '1' } }, 200],
    ['/', { headers: { ...html, 'user-agent': 'GoogleHC/1.0' } }, 200],
  ] as [string, RequestInit, number][]) {
    expect((await fetch(app.url + path, options)).status, path).toBe(status)
  }
  expect(await visited(app.url)).toBe(before + 2)
})

test('a page that was asked for before it was shown is one visit, also for who goes back to it', async ({
  shared: app,
  page,
}) => {
  const before = await visited(app.url)
  const counted = page.waitForResponse(`${app.url}/api/visits`)
  await page.setExtraHTTPHeaders({ 'sec-purpose': 'prefetch' })
  await page.goto(app.url)
  await counted
  await page.setExtraHTTPHeaders({})
  await page.goto(`${app.url}/how-it-works`)
  // It is asked for once all scripts of the page have run.
  const isLive = page.waitForResponse(`${app.url}/live`)
  await page.goBack()
  await isLive
  await expect(page.locator('meta[name="visit"]')).toHaveCount(1)
  expect(await visited(app.url)).toBe(before + 2)
})

test('visitors who come at once are each told a number of their own', async ({ shared: app }) => {
  // Nobody waits for the lease from here on: who waits long for it is not counted.
  const before = await visited(app.url)
  const numbers = await Promise.all(Array.from({ length: 100 }, () => visited(app.url)))
  expect(numbers.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, i) => before + i + 1),
  )
})
