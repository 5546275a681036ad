import type { Page, Request } from '@playwright/test'
import { entriesOf, postEntry } from './support/api-client.ts'
import { expect, test } from './support/test.ts'
import { signGuestbook } from './support/visitor.ts'

const small = { width: 360, height: 740 }
const wide = { width: 1440, height: 900 }
const paths = ['/', '/guestbook', '/how-it-works', '/missing', '/sign-in']

test('nothing sticks out of a small screen, whatever people write', async ({
  shared: app,
  page,
}) => {
  await signGuestbook(app.url, 'W'.repeat(80), 'W'.repeat(1000))
  for (const width of [320, 360]) {
    await page.setViewportSize({ width, height: 740 })
    for (const path of paths) {
      await page.goto(app.url + path)
      expect(await widthOf(page), `${path} at ${width}`).toBe(width)
    }
  }
})

test('nothing sticks out where text is twice as large', async ({ shared: app, page }) => {
  await postEntry(app.url, 'Hello')
  await page.setViewportSize(small)
  for (const path of paths) {
    await page.goto(app.url + path)
    await enlarge(page)
    expect(await widthOf(page), path).toBe(small.width)
  }
})

for (const size of [small, wide]) {
  test(`who comes sees an entry without scrolling, at ${size.width}`, async ({
    shared: app,
    page,
  }) => {
    await postEntry(app.url, 'The newest one')
    await page.setViewportSize(size)
    await page.goto(app.url)
    await expect(page.getByText('The newest one')).toBeInViewport({ ratio: 1 })
    await expect(page.getByRole('heading', { name: /visited \d+ times?\./ })).toBeInViewport()
    await expect(page.getByLabel('Your name')).toBeInViewport({ ratio: 1 })
  })
}

test.describe('The form on a small screen', () => {
  test.use({ viewport: small, javaScriptEnabled: false })

  test('is as low as its first field until somebody writes', async ({ shared: app, page }) => {
    await page.goto(app.url)
    const form = page.locator('.guestbook form')
    const heightOf = async () => (await form.boundingBox())?.height ?? 0
    const folded = await heightOf()
    await page.getByLabel('Your name').focus()
    expect(await heightOf()).toBeGreaterThan(folded + 100)
    // Keys lead to each field, shown or not.
    await page.getByRole('button', { name: 'Sign' }).focus()
    expect(await heightOf()).toBeGreaterThan(folded + 100)
    await page.getByLabel('Message').fill('Something')
    await page.getByLabel('Message').blur()
    expect(await heightOf()).toBeGreaterThan(folded + 100)
  })
})

test.describe('A long message', () => {
  test.use({ javaScriptEnabled: false })

  test('is folded, whole for screen readers, and opened by a key', async ({
    shared: app,
    page,
  }) => {
    const long = 'A sentence. '.repeat(80).trim()
    await postEntry(app.url, long)
    await postEntry(app.url, 'A short one')
    await page.goto(app.url)
    const message = page.locator('.message').nth(1)
    await expect(message).toHaveText(long)
    const heightOf = async () => (await message.boundingBox())?.height ?? 0
    const folded = await heightOf()
    const summary = page.locator('.fold summary')
    await expect(summary).toHaveText('Show the whole message', { useInnerText: true })
    await summary.press('Enter')
    expect(await heightOf()).toBeGreaterThan(folded + 50)
    await expect(summary).toHaveText('Show less', { useInnerText: true })
    await summary.press('Enter')
    expect(await heightOf()).toBe(folded)
    await expect(page.locator('.fold')).toHaveCount(1)
  })
})

test('no name turns what stands beside it', async ({ shared: app, page }) => {
  const names = ['Plain', '\u202eevil', '\u2069\u202eworse', 'محمد']
  for (const name of names) await signGuestbook(app.url, name, `By ${name}`)
  await page.goto(app.url)
  const times = page.locator('.entries time')
  await expect(times).toHaveCount(names.length)
  for (const time of await times.all()) {
    const [first, last] = await time.evaluate(({ firstChild }) => {
      if (!firstChild?.textContent) throw new Error('There is no time.')
      const { length } = firstChild.textContent
      return [0, length - 1].map((at) => {
        const range = document.createRange()
        range.setStart(firstChild, at)
        range.setEnd(firstChild, at + 1)
        return range.getBoundingClientRect().left
      })
    })
    expect(Number(first)).toBeLessThan(Number(last))
  }
})

test('the entry that an address names is marked, and not at the very edge', async ({
  shared: app,
  page,
}) => {
  for (let number = 1; number <= 8; number++) await postEntry(app.url, `No. ${number}`)
  const place = `#entry-${(await entriesOf(app.url))[5]?.id}`
  await page.setViewportSize(small)
  const colors: string[] = []
  for (const fragment of ['', place]) {
    await page.goto(`${app.url}/guestbook${fragment}`)
    colors.push(
      await page.locator(place).evaluate((entry) => getComputedStyle(entry).backgroundColor),
    )
  }
  expect(colors[0]).not.toBe(colors[1])
  const { top } = await page.locator(place).evaluate((entry) => entry.getBoundingClientRect())
  expect(top).toBeGreaterThan(10)
})

test('on paper there are the number and the entries, and nothing to press', async ({
  shared: app,
  page,
}) => {
  const long = 'A sentence. '.repeat(80).trim()
  await postEntry(app.url, long)
  await page.goto(app.url)
  const folded = await page.locator('.message').boundingBox()
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('heading', { name: /visited \d+ times?\./ })).toBeVisible()
  const whole = await page.locator('.message').boundingBox()
  expect(whole?.height).toBeGreaterThan((folded?.height ?? 0) + 50)
  await expect(page.getByRole('button')).toHaveCount(0)
  await expect(page.getByRole('navigation')).toHaveCount(0)
})

test('bars, marks and borders are there where the system chooses the colours', async ({
  shared: app,
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' })
  await page.goto(app.url)
  const text = await page.evaluate(() => getComputedStyle(document.body).color)
  const fillOf = (name: string) =>
    page.locator(name).evaluate((part) => getComputedStyle(part).fill)
  expect(await fillOf('.mark rect')).toBe(text)
  const today = page.locator('.days .bar')
  expect(await today.evaluate((bar) => getComputedStyle(bar).stroke)).toBe(text)
  await page.goto(`${app.url}/how-it-works`)
  for (const name of ['.step >> nth=0', '.drawing text >> nth=0']) {
    expect(await fillOf(name), name).toBe(text)
  }
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`text is easy to read in the ${colorScheme}`, async ({ shared: app, page }) => {
    await page.emulateMedia({ colorScheme })
    await page.goto(app.url)
    const [ground, text] = await page.evaluate(() => {
      const { backgroundColor, color } = getComputedStyle(document.documentElement)
      return [backgroundColor, color]
    })
    expect(contrast(ground ?? '', text ?? '')).toBeGreaterThan(7)
    expect(luminance(ground ?? '') > 0.5).toBe(colorScheme === 'light')
  })
}

test('a page brings one small script', async ({ shared: app, page }) => {
  const scripts: Request[] = []
  page.on('requestfinished', (request) => {
    if (request.resourceType() === 'script') scripts.push(request)
  })
  await page.goto(app.url, { waitUntil: 'networkidle' })
  expect(scripts.map((request) => new URL(request.url()).pathname)).toEqual(['/client.js'])
  const sizes = await Promise.all(scripts.map((request) => request.sizes()))
  expect(sizes[0]?.responseBodySize).toBeLessThan(30_000)
})

function widthOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth)
}

// As a browser does whose user has asked for larger text.
async function enlarge(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.enable')
  await session.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } })
}

// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = (color.match(/\d+/g) ?? [])
    .map((part) => Number(part) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
