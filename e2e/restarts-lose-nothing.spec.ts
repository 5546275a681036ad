import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from './support/test.ts'
import { openGuestbook, signGuestbook } from './support/visitor.ts'

test('a stop on SIGTERM and a start on another disk', async ({ bucket, start, page }) => {
  const first = await start()
  await first.ready()
  await page.goto(first.url)
  for (const message of ['one', 'two', 'three']) await signGuestbook(first.url, 'Ada', message)
  expect(await first.stop()).toBe(0)
  expect((await bucket.content()).messages).toEqual(['three', 'two', 'one'])

  const second = await start()
  await second.ready()
  await page.goto(second.url)
  await expect(page.locator('.entries .message')).toHaveText(['three', 'two', 'one'])
  // Each form was found on the front page.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    'This server has been visited 5 times.',
  )
})

test('a stop on SIGTERM in the middle of many writes', async ({ start, bucket }, {
  annotations,
}) => {
  const app = await start()
  await app.ready()
  const accepted: string[] = []
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let number = 1; ; number++) {
      const message = `${writer}.${number}`
      await signGuestbook(app.url, 'Ada', message)
      accepted.push(message)
    }
  })
  const ended = Promise.allSettled(writers)
  await expect.poll(() => accepted.length).toBeGreaterThan(20)
  const afterMs = Math.random() * 300
  annotations.push({ type: 'stopped after', description: `${afterMs} ms` })
  await sleep(afterMs)
  expect(await app.stop()).toBe(0)
  await ended
  const { messages } = await bucket.content()
  expect(messages).toEqual(expect.arrayContaining(accepted))
  expect(new Set(messages).size).toBe(messages.length)
})

test('a crash loses nothing that was in the bucket', async ({ bucket, start }) => {
  const first = await start()
  await first.ready()
  await signGuestbook(first.url, 'Ada', 'synced')
  await expect.poll(async () => (await bucket.content()).messages).toEqual(['synced'])
  await first.kill()

  const second = await start()
  await second.ready()
  expect(await openGuestbook(second.url)).toContain('synced')
  await signGuestbook(second.url, 'Ada', 'after the crash')
  expect(await second.stop()).toBe(0)
  expect((await bucket.content()).messages).toEqual(['after the crash', 'synced'])
})

test('crashes in a row, each at another moment of the start', async ({ bucket, start }) => {
  const first = await start()
  await first.ready()
  await signGuestbook(first.url, 'Ada', 'kept')
  expect(await first.stop()).toBe(0)
  for (const afterMs of [0, 150, 300, 600]) {
    const app = await start()
    await sleep(afterMs)
    await app.kill()
    expect((await bucket.content()).messages).toEqual(['kept'])
  }
})
