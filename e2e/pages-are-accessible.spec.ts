import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { adminToken, openAdmin, showToken } from './support/admin.ts'
import { postEntry } from './support/api-client.ts'
import { expect, test } from './support/test.ts'

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

// Each leads a browser to a state of a page, where there are 25 entries.
const states: Record<string, (page: Page, url: string) => Promise<unknown>> = {
  'The front page': (page, url) => page.goto(url),
  'The guestbook': (page, url) => page.goto(`${url}/guestbook`),
  'Older entries': (page, url) => page.goto(`${url}/guestbook?before=12`),
  'Beyond the oldest entry': (page, url) => page.goto(`${url}/guestbook?before=1`),
  'How it works': (page, url) => page.goto(`${url}/how-it-works`),
  'The table and a long message': async (page, url) => {
    await page.goto(url)
    await page.getByText('As a table').click()
    await page.locator('.days label').first().hover()
  },
  'A page that does not exist': (page, url) => page.goto(`${url}/missing`),
  'The status': (page, url) => page.goto(`${url}/status`),
  'A form with mistakes': async (page, url) => {
    await page.goto(url)
    await page.getByLabel('Your name').fill('   ')
    await page.getByLabel('Message').fill('x'.repeat(1001))
    await page.getByRole('button', { name: 'Sign' }).click()
    await expect(page.getByText('Please write your name.')).toBeVisible()
  },
  'A form that was saved': async (page, url) => {
    await page.goto(url)
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('Message').fill('Hello')
    await page.getByRole('button', { name: 'Sign' }).click()
    await expect(page.getByText('Thank you.')).toBeVisible()
  },
  'A form that is shown again': async (page, url) => {
    await page.goto(url)
    await page.getByLabel('Your name').fill('   ')
    // Without the page's own script.
    await page.locator('form').evaluate((form: HTMLFormElement) => form.submit())
    await expect(page.getByRole('heading')).toHaveText('Nothing was saved yet.')
  },
  'The page to sign in': (page, url) => page.goto(`${url}/sign-in`),
  'A wrong token': async (page, url) => {
    await page.goto(`${url}/sign-in`)
    await showToken(page, 'wrong')
    await expect(page.getByText('This is not the token.')).toBeVisible()
  },
  'The page to sign out': async (page, url) => {
    await openAdmin(page, url)
    await page.goto(`${url}/sign-in`)
  },
  Moderation: async (page, url) => {
    await openAdmin(page, url)
    await page.getByRole('button', { name: 'Hide' }).first().click()
    await expect(page.getByText('The entry is hidden.')).toBeVisible()
    await page.getByText('Delete …').first().click()
  },
}

for (const [colorScheme, width] of [
  ['light', 1440],
  ['dark', 360],
] as const) {
  test(`every page can be used by everybody, in the ${colorScheme}, at ${width}`, async ({
    start,
    page,
  }) => {
    const app = await start({ ADMIN_TOKEN: adminToken })
    await app.ready()
    for (let number = 1; number <= 25; number++) await postEntry(app.url, `No. ${number}`)
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 800 })
    for (const [name, lead] of Object.entries(states)) {
      await page.context().clearCookies()
      await lead(page, app.url)
      await check(page, name)
    }
  })
}

test('a page that is not there yet can be used by everybody', async ({ start, bucket, page }) => {
  bucket.inject({ status: 500 })
  const app = await start()
  await expect.poll(() => app.problem(), { timeout: 40_000 }).toBe('bucket-unreachable')
  await page.goto(app.url)
  await expect(page.getByRole('heading')).toHaveText('One moment')
  // It asks again by itself, as WCAG allows where it doesn't lose what somebody was reading.
  await check(page, 'One moment', ['meta-refresh'])
})

test('a page that is refused can be used by everybody', async ({ start, page }) => {
  const app = await start({ RATE_LIMITS: 'requests=1' })
  await app.ready()
  await fetch(app.url)
  await page.goto(app.url)
  await expect(page.getByRole('heading')).toHaveText('There were too many requests.')
  await check(page, 'Too many requests')
  // It comes without a file: a style would be refused as well.
  expect(await page.evaluate(() => getComputedStyle(document.body).display)).toBe('flex')
  await expect(page.getByRole('navigation', { name: 'Site' })).toBeVisible()
})

test('the header says where one is, and keys can skip it', async ({ shared: app, page }) => {
  for (const [path, name] of [
    ['/', 'Visits'],
    ['/guestbook?before=5', 'Guestbook'],
    ['/how-it-works', 'How it works'],
  ] as const) {
    await page.goto(app.url + path)
    await expect(page.locator('[aria-current="page"]')).toHaveText([name])
  }
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
})

test('the header leads to the status and to moderation where somebody signed in', async ({
  shared: app,
  page,
}) => {
  await page.goto(app.url)
  const links = page.getByRole('navigation', { name: 'Site' }).getByRole('link')
  await expect(links).toHaveText(['Visits', 'Guestbook', 'How it works'])
  await openAdmin(page, app.url)
  await page.goto(app.url)
  await expect(links).toHaveText([
    ...['Visits', 'Guestbook', 'How it works'],
    ...['Status', 'Moderation'],
  ])
})

async function check(page: Page, name: string, except: string[] = []): Promise<void> {
  // Where Next goes from one page to the next, it takes the old title away before the new one comes.
  await expect(page).toHaveTitle(/./)
  const { violations } = await new AxeBuilder({ page })
    // The other mode opens a page of its own to sum up frames, and there are none.
    .setLegacyMode()
    .withTags(tags)
    .disableRules(except)
    .analyze()
  const found = violations.map(({ id, help, nodes }) => ({
    ...{ id, help },
    nodes: nodes.map(({ html }) => html),
  }))
  expect(found, name).toEqual([])
}
