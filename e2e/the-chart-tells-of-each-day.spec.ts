import type { Page } from '@playwright/test'
import { expect, test } from './support/test.ts'
import { openFrontPage } from './support/visitor.ts'

const days = (page: Page) => page.locator('.days label')

/** Where the number of a day is shown: one at a time, and in the sight of everybody. */
async function shownTip(page: Page): Promise<string> {
  const tips = await page.locator('.tip').evaluateAll((tips) =>
    tips.flatMap((tip) => {
      const { left, right } = tip.getBoundingClientRect()
      const isInside = left >= 0 && right <= innerWidth
      return getComputedStyle(tip).clipPath === 'none' && isInside ? [tip.textContent] : []
    }),
  )
  return tips.join(' and ')
}

test.describe('The chart, without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('shows a new server a week, with today unfinished', async ({ app, page }) => {
    for (let visit = 1; visit <= 4; visit++) await openFrontPage(app.url)
    await page.goto(app.url)
    await expect(days(page)).toHaveCount(7)
    await expect(page.locator('.bar')).toHaveCount(1)
    await expect(page.locator('.days label').last().locator('.bar.unfinished')).toBeVisible()
    await expect(page.getByRole('radio', { name: ': 5 so far' })).toBeChecked()
    await page.getByText('As a table').click()
    await expect(page.getByRole('row').nth(1)).toHaveText(/ \w+, so far5$/)
    await expect(page.getByText('5 today')).toBeVisible()
  })

  test('tells of each day by keys', async ({ shared: app, page }) => {
    await page.goto(app.url)
    expect(await shownTip(page)).toBe('')
    await page.getByRole('radio', { checked: true }).focus()
    const seen = [await shownTip(page)]
    expect(seen[0]).toMatch(/^\d+ \w+: \d+ so far$/)
    for (let day = 1; day < 7; day++) {
      await page.keyboard.press('ArrowLeft')
      seen.push(await shownTip(page))
    }
    expect(new Set(seen).size).toBe(7)
    expect(seen.at(-1)).toMatch(/^\d+ \w+: 0$/)
  })

  for (const width of [320, 1440]) {
    test(`tells of each day by the pointer, at ${width}`, async ({ shared: app, page }) => {
      await page.setViewportSize({ width, height: 800 })
      await page.goto(app.url)
      await expect(days(page)).toHaveCount(7)
      const seen = new Set<string>()
      for (const day of await days(page).all()) {
        await day.hover()
        seen.add(await shownTip(page))
      }
      expect(seen.size).toBe(7)
      expect([...seen].every((tip) => /^\d+ \w+: \d+( so far)?$/.test(tip))).toBe(true)
    })
  }
})

test.describe('The chart on a touch screen', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } })

  test('tells of a day that is tapped', async ({ shared: app, page }) => {
    await page.goto(app.url)
    for (const day of [await days(page).first(), await days(page).last()]) {
      await day.tap()
      expect(await shownTip(page)).toBe(await day.textContent())
    }
  })
})
