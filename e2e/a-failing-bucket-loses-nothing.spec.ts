import type { Fault } from '../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import { postEntry } from './support/api-client.ts'
import type { Bucket } from './support/bucket.ts'
import type { Container } from './support/container.ts'
import { expect, test } from './support/test.ts'
import { openGuestbook } from './support/visitor.ts'

const recovery = { timeout: 60_000, intervals: [500] }

async function expectRefusedAndReadable(app: Container): Promise<void> {
  expect(await postEntry(app.url, 'unsafe', 'unsafe')).toBe(503)
  expect(await openGuestbook(app.url)).toContain('before')
}

async function expectRecovery(
  failing: Container,
  bucket: Bucket,
  start: () => Promise<Container>,
): Promise<void> {
  let app = failing
  await expect(async () => {
    // Where Litestream doesn't let go of the file the process ends, and Cloud Run starts another.
    if (!(await app.isRunning())) app = await start()
    expect(await postEntry(app.url, 'unsafe', 'unsafe')).toBe(201)
  }).toPass(recovery)
  await expect.poll(() => app.problem(), recovery).toBe(undefined)
  await app.kill()
  expect((await bucket.content()).messages).toEqual(['unsafe', 'before'])
}

for (const [what, fault] of Object.entries<Fault>({
  'answers 429': { status: 429 },
  'answers 500': { status: 500 },
  'answers 403': { status: 403 },
  'hangs on a write': { hang: true, only: 'writes' },
  'hangs on everything': { hang: true },
  'takes longer than anybody waits': { delayMs: 30_000 },
})) {
  test(`a bucket that ${what}`, async ({ app, bucket, start }) => {
    expect(await postEntry(app.url, 'before')).toBe(201)
    bucket.inject(fault)
    await expectRefusedAndReadable(app)
    await expect.poll(() => app.problem(), recovery).toEqual(expect.any(String))
    expect((await app.health()).status).toBe(200)
    bucket.inject(null)
    await expectRecovery(app, bucket, start)
  })
}

test('a bucket whose policy forbids to overwrite the lease', async ({ app, bucket, start }) => {
  expect(await postEntry(app.url, 'before')).toBe(201)
  const message =
    "Object 'visits/app/lease.json' is subject to bucket's retention policy and cannot be deleted, overwritten or archived until 2999-01-01T00:00:00Z"
  bucket.inject({ status: 403, message, only: /name=app\/lease\.json/ })
  await expect.poll(() => app.problem(), recovery).toBe('bucket-locked')
  await expectRefusedAndReadable(app)
  bucket.inject(null)
  await expectRecovery(app, bucket, start)
})

test('a bucket that goes away and comes back', async ({ app, bucket, start }) => {
  expect(await postEntry(app.url, 'before')).toBe(201)
  await bucket.cut()
  await expectRefusedAndReadable(app)
  await expect(async () => {
    if (!(await app.isRunning())) return
    expect(await postEntry(app.url, 'unsafe', 'unsafe')).toBe(503)
    expect(await app.problem()).toBe('bucket-unreachable')
  }).toPass(recovery)
  await bucket.mend()
  await expectRecovery(app, bucket, start)
})

test('a bucket that is slow, but answers in time', async ({ app, bucket }) => {
  expect(await postEntry(app.url, 'before')).toBe(201)
  bucket.inject({ delayMs: 1_000 })
  expect(await postEntry(app.url, 'late')).toBe(201)
  await app.kill()
  await bucket.mend()
  expect((await bucket.content()).messages).toEqual(['late', 'before'])
})
