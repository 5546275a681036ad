import { postEntry } from './support/api-client.ts'
import { expect, test } from './support/test.ts'

test('an entry is in the bucket when the program that wrote it is told so', async ({
  app,
  bucket,
}) => {
  expect(await postEntry(app.url, 'acknowledged')).toBe(201)
  await app.kill()
  expect((await bucket.content()).messages).toEqual(['acknowledged'])
})

test('so are those that many write at once', async ({ app, bucket }) => {
  const acknowledged: string[] = []
  const writers = Array.from({ length: 32 }, async (_, writer) => {
    for (let number = 1; number <= 5; number++) {
      const message = `${writer}.${number}`
      if ((await postEntry(app.url, message)) === 201) acknowledged.push(message)
    }
  })
  await expect.poll(() => acknowledged.length).toBeGreaterThan(50)
  await app.kill()
  await Promise.all(writers)
  expect((await bucket.content()).messages).toEqual(expect.arrayContaining(acknowledged))
})

test('an entry that was sent twice with one key is there once', async ({ app, bucket }) => {
  const answers = await Promise.all([1, 2, 3].map(() => postEntry(app.url, 'once', 'one key')))
  expect(answers).toEqual([400, 400, 400])
  const retries = await Promise.all([1, 2, 3].map(() => postEntry(app.url, 'once', 'one-key')))
  expect(retries).toEqual([201, 201, 201])
  expect((await bucket.content()).messages).toEqual(['once'])
})

test('a person is told that an entry is saved only when the bucket has it', async ({
  app,
  bucket,
  page,
}) => {
  await page.goto(app.url)
  await bucket.cut()
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('Message').fill('once')
  await page.getByRole('button', { name: 'Sign' }).click()
  await expect(page.locator('main')).toContainText('not confirmed yet', { timeout: 20_000 })
  await expect(page.getByLabel('Message')).toHaveValue('once')

  await bucket.mend()
  await page.getByRole('button', { name: 'Sign' }).click()
  await expect(page.getByRole('status')).toHaveText(/Your entry is saved/)
  await app.kill()
  expect((await bucket.content()).messages).toEqual(['once'])
})

test('without JavaScript too', async ({ app, bucket, browser }) => {
  const page = await browser.newPage({ javaScriptEnabled: false })
  await page.goto(app.url)
  await bucket.cut()
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('Message').fill('once')
  await page.getByRole('button', { name: 'Sign' }).click()
  await expect(page.locator('main')).toContainText('not confirmed yet', { timeout: 20_000 })
  await bucket.mend()
  await page.getByRole('button', { name: 'Sign' }).click()
  await expect(page.getByRole('status')).toHaveText(/Your entry is saved/)
  await page.close()
  expect((await bucket.content()).messages).toEqual(['once'])
})
