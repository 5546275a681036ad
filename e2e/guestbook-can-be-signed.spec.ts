import type { Page } from '@playwright/test'
import { expect, test } from './support/test.ts'
import { sign, signGuestbook } from './support/visitor.ts'

const messages = (page: Page) => page.locator('.entries .message')

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled })

    test('an entry is shown to whoever wrote it and to everybody else', async ({
      shared: app,
      page,
    }) => {
      await page.goto(app.url)
      await sign(page, 'Ada', 'First!\nTwo lines, <b>no markup</b>.')
      await expect(page.getByRole('status')).toHaveText(/Thank you/)
      await expect(messages(page)).toHaveText(['First!\nTwo lines, <b>no markup</b>.'])
      await page.goto(app.url)
      await sign(page, 'Grace', 'Second')
      await expect(messages(page)).toHaveText(['Second', /First!/])
      await page.reload()
      await expect(messages(page)).toHaveText(['Second', /First!/])
    })

    test('whoever wrote an entry has a receipt for it, once', async ({ shared: app, page }) => {
      await page.goto(app.url)
      await sign(page, 'Ada', 'First')
      await expect(page.locator('.entries li .receipt')).toHaveText(
        /^In the bucket \d+(\.\d)? m?s after you sent it$/,
      )
      await page.reload()
      await expect(page.locator('.receipt')).toHaveCount(0)
    })

    test('what is wrong is said at the field, and nothing has to be typed again', async ({
      shared: app,
      page,
    }) => {
      await page.goto(app.url)
      await sign(page, '   ', 'x'.repeat(1001))
      const [name, message] = [page.getByLabel('Your name'), page.getByLabel('Message')]
      await expect(name).toHaveAccessibleDescription('Please write your name.')
      await expect(message).toHaveAccessibleDescription(
        'This is 1001 characters long; please shorten it to 1000.',
      )
      await expect(message).toHaveValue('x'.repeat(1001))
      await sign(page, 'Ada', 'Short')
      await expect(messages(page)).toHaveText(['Short'])
    })
  })
}

test('the field to mend has the focus', async ({ shared: app, page }) => {
  await page.goto(app.url)
  await sign(page, 'Ada', '   ')
  await expect(page.getByLabel('Message')).toBeFocused()
  await expect(page.getByLabel('Your name')).toHaveValue('Ada')
})

test('older entries are a page away, and each is on one page', async ({ shared: app, page }) => {
  for (let number = 1; number <= 23; number++)
    await signGuestbook(app.url, 'Guest', `No. ${number}`)
  await page.goto(app.url)
  const seen = await messages(page).allTextContents()
  while (await page.getByRole('link', { name: 'Older entries' }).isVisible()) {
    const last = seen.at(-1) ?? ''
    await page.getByRole('link', { name: 'Older entries' }).click()
    await expect(page.getByText(last, { exact: true })).toBeHidden()
    seen.push(...(await messages(page).allTextContents()))
  }
  expect(seen).toEqual(Array.from({ length: 23 }, (_, index) => `No. ${23 - index}`))
  await page.getByRole('link', { name: 'Newest entries' }).click()
  await expect(page.getByText('No. 23', { exact: true })).toBeVisible()
})

test('a page that was made up shows the newest entries', async ({ shared: app, page }) => {
  await signGuestbook(app.url, 'Ada', 'Hello')
  await page.goto(`${app.url}/guestbook?before=x&before=y`)
  await expect(messages(page)).toHaveText(['Hello'])
})
