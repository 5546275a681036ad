import { expect, test } from './support/test.ts'
import { signGuestbook } from './support/visitor.ts'

test.use({ viewport: { width: 360, height: 740 } })

test('nothing sticks out of a small screen, whatever people write', async ({ app, page }) => {
  await signGuestbook(app.url, 'W'.repeat(80), 'W'.repeat(1000))
  await page.goto(app.url)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`text is easy to read in the ${colorScheme}`, async ({ app, page }) => {
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
