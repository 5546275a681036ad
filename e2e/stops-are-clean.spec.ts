import { once } from 'node:events'
import { connect } from 'node:net'
import { postEntry } from './support/api-client.ts'
import type { Container } from './support/container.ts'
import { expect, test } from './support/test.ts'

/** A request that never ends: its body is announced and does not come. */
async function openEndlessRequest(app: Container) {
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
  await once(socket, 'connect')
  const head = ['POST /api/entries HTTP/1.1', 'host: app', 'content-type: application/json']
  socket.write(`${[...head, 'idempotency-key: k', 'content-length: 10'].join('\r\n')}\r\n\r\n`)
  socket.on('error', () => {})
  return once(socket, 'close')
}

test('a request in flight is answered, and its entry kept', async ({ app, bucket }) => {
  expect(await postEntry(app.url, 'before')).toBe(201)
  bucket.inject({ delayMs: 1_500, only: 'writes' })
  const answer = postEntry(app.url, 'in flight')
  await expect
    .poll(async () => await (await fetch(`${app.url}/api/entries`)).text())
    .toContain('in flight')
  expect(await app.stop()).toBe(0)
  expect(await answer).toBe(201)
  expect((await bucket.content()).messages).toEqual(['in flight', 'before'])
})

test('an open request is cut, a bucket that hangs is given up on, all within 10 s', async ({
  app,
  bucket,
}) => {
  expect(await postEntry(app.url, 'kept')).toBe(201)
  const closed = openEndlessRequest(app)
  bucket.inject({ hang: true })
  await fetch(app.url)
  // The engine would kill it after 10 s, with 137. Litestream ends with 1 where its final sync has failed.
  expect([0, 1]).toContain(await app.stop())
  await closed
  expect(await app.logs()).toContain('The last writes may not be in the bucket')
  await bucket.mend()
  expect((await bucket.content()).messages).toEqual(['kept'])
})

test('an open request is cut when the drain is over, and the lease given back', async ({
  app,
  bucket,
}) => {
  expect(await postEntry(app.url, 'kept')).toBe(201)
  const closed = openEndlessRequest(app)
  await fetch(app.url)
  expect(await app.stop()).toBe(0)
  await closed
  expect((await bucket.lease())?.holder).toBe(null)
  expect(await bucket.content()).toMatchObject({ visits: 1, messages: ['kept'] })
})

test('a connection that is kept alive does not hold it up', async ({ app }) => {
  await fetch(app.url)
  const [idle] = [connect(Number(new URL(app.url).port), '127.0.0.1')]
  await once(idle, 'connect')
  const closed = once(idle.resume(), 'close')
  expect(await app.stop()).toBe(0)
  await closed
})

test('a second SIGTERM ends it at once, and loses nothing that was acknowledged', async ({
  app,
  bucket,
}) => {
  expect(await postEntry(app.url, 'kept')).toBe(201)
  bucket.inject({ hang: true, only: 'writes' })
  const answer = postEntry(app.url, 'in flight')
  await expect
    .poll(async () => await (await fetch(`${app.url}/api/entries`)).text())
    .toContain('in flight')
  for (const _ of [1, 2]) await app.signal('TERM')
  expect(await app.exitCode()).toBe(1)
  expect(await answer).toBe(0)
  await bucket.mend()
  expect((await bucket.content()).messages).toEqual(['kept'])
})

test('a stop during the start ends at once', async ({ bucket, start }) => {
  bucket.inject({ hang: true })
  const app = await start()
  await expect.poll(() => app.health().catch(() => null)).not.toBe(null)
  expect(await app.stop()).toBe(0)
  expect(await app.logs()).not.toContain('CRITICAL')
})

test('a crash of the server ends the container, and loses nothing', async ({ app, bucket }) => {
  expect(await postEntry(app.url, 'kept')).toBe(201)
  await fetch(app.url)
  expect(await app.crash()).toBe(1)
  expect(await bucket.content()).toMatchObject({ visits: 1, messages: ['kept'] })
})
