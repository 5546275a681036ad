import { expect, test } from './support/test.ts'
import { openFrontPage, signGuestbook } from './support/visitor.ts'

test('an empty bucket is the start of a new database', async ({ app, bucket }) => {
  expect(await openFrontPage(app.url)).toContain('Nobody has signed yet.')
  expect(await bucket.objects()).not.toEqual([])
})

test('a bucket that can not be reached is waited for, and never taken for an empty one', async ({
  bucket,
  start,
}) => {
  const first = await start()
  await first.ready()
  await signGuestbook(first.url, 'Ada', 'kept')
  expect(await first.stop()).toBe(0)

  await bucket.cut()
  const second = await start()
  await expect.poll(() => second.problem(), { timeout: 40_000 }).toBe('bucket-unreachable')
  const answer = await fetch(second.url)
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('The bucket does not answer.')
  expect(await second.logs()).toContain(bucket.replicaUrl)

  await bucket.mend()
  await second.ready()
  expect(await openFrontPage(second.url)).toContain('kept')
})

test('a replica with a damaged file is refused and left as it is', async ({ bucket, start }) => {
  const first = await start()
  await first.ready()
  await signGuestbook(first.url, 'Ada', 'kept')
  expect(await first.stop()).toBe(0)

  const objects = await bucket.objects()
  for (const object of objects) await bucket.overwrite(object, 'damaged')
  const second = await start()
  await expect.poll(() => second.problem(), { timeout: 40_000 }).toBe('replica-damaged')
  expect((await fetch(second.url)).status).toBe(503)
  expect(await second.stop()).toBe(0)
  expect(await bucket.objects()).toEqual(objects)
})

test('a bucket that does not exist is named', async ({ start }) => {
  const app = await start({ REPLICA_URL: 'gs://no-such-bucket/app' })
  await expect.poll(() => app.problem(), { timeout: 40_000 }).toBe('bucket-missing')
  expect(await app.logs()).toContain('gs://no-such-bucket/app')
})

test('the data goes to the path that gcs:// names, as in the original', async ({
  bucket,
  start,
}) => {
  const app = await start({ REPLICA_URL: bucket.replicaUrl.replace('gs:', 'gcs:') })
  await app.ready()
  await signGuestbook(app.url, 'Ada', 'kept')
  expect(await app.stop()).toBe(0)
  expect((await bucket.content()).messages).toEqual(['kept'])
})

for (const [what, replicaUrl, words] of [
  ['missing', '', /REPLICA_URL is .*gs:\/\/BUCKET\/PATH/],
  ['mistyped', 'gs:/bucket/path', /REPLICA_URL is wrong: \\"gs:\/bucket\/path\\"/],
  ['of another cloud', 's3://bucket/path', /"s3:\/\/\\" is not supported/],
] as const) {
  test(`a replica URL that is ${what} ends the boot with one line`, async ({ start }) => {
    const app = await start({ REPLICA_URL: replicaUrl })
    expect(await app.exitCode()).toBe(1)
    const critical = (await app.logs()).split('\n').filter((line) => line.includes('CRITICAL'))
    expect(critical).toEqual([expect.stringMatching(words)])
  })
}
