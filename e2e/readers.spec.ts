import { Router } from '../packages/streamkeeper/src/test-tools/router.ts'
import type { Container } from './support/container.ts'
import { expect, test } from './support/test.ts'

const token = 'a-token-of-16-chars'

type Start = (environment?: Record<string, string>) => Promise<Container>

function startReader(start: Start, writerUrl: string): Promise<Container> {
  return start({ ROLE: 'reader', WRITER_URL: writerUrl, FORWARD_TOKEN: token })
}

test('who signs through a reader sees it there at once, also while the writer is replaced', async ({
  start,
  page,
}) => {
  const router = await Router.start()
  try {
    const first = await start({ FORWARD_TOKEN: token })
    await first.ready()
    router.route(first)
    await (await fetch(router.url)).text()
    const readers = [await startReader(start, router.url), await startReader(start, router.url)]
    const [one, two] = readers
    await Promise.all(readers.map((reader) => reader.ready()))

    const sign = async (reader: Container | undefined, message: string) => {
      await page.goto(`${reader?.url}/guestbook`)
      await page.getByLabel('Your name').fill('Ada')
      await page.getByLabel('Message').fill(message)
      await page.getByRole('button', { name: 'Sign' }).click()
      await expect(page.getByRole('status')).toHaveText(/Thank you/)
      await page.reload()
      await expect(page.locator('.entries .message').first()).toHaveText(message)
    }
    await sign(one, 'Before')
    const second = await start({ FORWARD_TOKEN: token })
    await second.ready()
    router.route(second)
    await sign(one, 'While another instance takes over')
    expect(await first.stop()).toBe(0)
    // Cookies know no ports, so the other reader is told what has to be seen.
    await page.goto(`${two?.url}/guestbook`)
    await expect(page.locator('.entries .message')).toHaveText([
      'While another instance takes over',
      'Before',
    ])
    await sign(two, 'After')
  } finally {
    router.stop()
  }
})

test('without JavaScript, the form leads back to the reader', async ({ app, start, browser }) => {
  await (await fetch(app.url)).text()
  const reader = await startReader(start, app.url)
  await reader.ready()
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(reader.url)
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('Message').fill('No script')
  await page.getByRole('button', { name: 'Sign' }).click()
  await expect(page.getByRole('status')).toHaveText(/Thank you/)
  expect(new URL(page.url()).origin).toBe(reader.url)
  await expect(page.locator('.entries .message')).toHaveText(['No script'])
  await context.close()
})

test('a reader goes on reading without a writer, says what it can not do, and stops cleanly', async ({
  app,
  start,
}) => {
  await (await fetch(app.url)).text()
  const reader = await startReader(start, app.url)
  await reader.ready()
  const counted = await fetch(reader.url, { headers: { accept: 'text/html' } })
  expect(await counted.text()).toContain('>2</strong>')
  await app.kill()
  const page = await fetch(reader.url, { headers: { accept: 'text/html' } })
  expect([page.status, page.headers.get('x-visit')]).toEqual([200, 'not-counted'])
  const write = await fetch(`${reader.url}/api/entries`, { method: 'POST' })
  expect([write.status, write.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await reader.stop()).toBe(0)
})

test('a reader that comes before its writer waits for a first copy', async ({ app, start }) => {
  const reader = await startReader(start, app.url)
  await expect.poll(() => reader.problem()).toBe('no-copy-yet')
  await (await fetch(app.url)).text()
  await reader.ready()
})
