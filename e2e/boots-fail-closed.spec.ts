import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database } from '../db/database.ts'
import type { Fault } from '../packages/streamkeeper/src/test-tools/faulty-proxy.ts'
import { postEntry } from './support/api-client.ts'
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

test('a replica whose objects are gone is never taken for an empty one', async ({
  bucket,
  start,
}) => {
  const first = await start()
  await first.ready()
  await signGuestbook(first.url, 'Ada', 'kept')
  expect(await first.stop()).toBe(0)

  const objects = (await bucket.objects()).filter((name) => name.endsWith('.ltx'))
  for (const object of objects) await bucket.remove(object)
  const second = await start()
  await expect.poll(() => second.problem(), { timeout: 40_000 }).toBe('replica-missing')
  expect((await fetch(second.url)).status).toBe(503)
  expect(await second.logs()).toContain('epoch-00000001')
  expect(await second.stop()).toBe(0)
  expect(await bucket.objects()).toEqual(['app/lease.json'])
})

test('a replica with a damaged file is refused and left as it is', async ({ bucket, start }) => {
  const first = await start()
  await first.ready()
  await signGuestbook(first.url, 'Ada', 'kept')
  expect(await first.stop()).toBe(0)

  const objects = await bucket.objects()
  for (const object of objects.filter((name) => name.endsWith('.ltx'))) {
    await bucket.overwrite(object, 'damaged')
  }
  const second = await start()
  await expect.poll(() => second.problem(), { timeout: 40_000 }).toBe('replica-damaged')
  expect((await fetch(second.url)).status).toBe(503)
  expect(await second.stop()).toBe(0)
  expect(await bucket.objects()).toEqual(objects)
})

for (const [what, body, code] of [
  ['damaged', '{', 'lease-damaged'],
  ['of a newer release', '{"version": 2}', 'lease-newer'],
] as const) {
  test(`a lease that is ${what} is refused and left as it is`, async ({ bucket, start }) => {
    await bucket.seed((database) => addKept(database))
    await bucket.overwrite('app/lease.json', body)
    const app = await start()
    await expect.poll(() => app.problem(), { timeout: 40_000 }).toBe(code)
    expect(await app.stop()).toBe(0)
    expect((await bucket.objects()).filter((name) => name.includes('epoch-00000002'))).toEqual([])
  })
}

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

for (const [what, fault, code] of [
  ['hangs', { hang: true }, 'bucket-unreachable'],
  ['answers 500', { status: 500 }, 'bucket-unreachable'],
  [
    'refuses the service account',
    { status: 403, message: 'a@b does not have storage.objects.list access' },
    'permission-denied',
  ],
] as [string, Fault, string][]) {
  test(`a bucket that ${what} is waited for`, async ({ bucket, start }) => {
    await bucket.seed((database) => addKept(database))
    bucket.inject(fault)
    const app = await start()
    await expect.poll(() => app.problem(), { timeout: 40_000 }).toBe(code)
    await bucket.mend()
    await app.ready()
    expect(await openFrontPage(app.url)).toContain('kept')
  })
}

test('a bucket that is slow makes the start slow, no more', async ({ bucket, start }) => {
  await bucket.seed((database) => addKept(database))
  bucket.inject({ delayMs: 300 })
  const app = await start()
  await app.ready()
  expect(await openFrontPage(app.url)).toContain('kept')
})

test('a database that a newer release has migrated is read, and left alone', async ({
  bucket,
  start,
}) => {
  await bucket.seed((database) => {
    addKept(database)
    const later = Date.UTC(2999, 0, 1)
    database.$client.exec(
      `insert into __drizzle_migrations (hash, created_at) values ('', ${later})`,
    )
  })
  const app = await start()
  await app.ready()
  expect(await (await fetch(`${app.url}/guestbook`)).text()).toContain('kept')
  expect(await postEntry(app.url, 'no')).toBe(503)
  expect(await app.logs()).toMatch(/migrated by a newer release, and this is the older release/)
  expect((await bucket.content()).messages).toEqual(['kept'])
})

test('a disk that is too small for the database is named', async ({ bucket, start }) => {
  await bucket.seed((database) => {
    addKept(database)
    database.$client.exec('create table large as select randomblob(8000000) as bytes')
  })
  const app = await start({}, '4m')
  await expect.poll(() => app.problem(), { timeout: 40_000 }).toBe('disk-full')
  expect((await bucket.content()).messages).toEqual(['kept'])
})

test('a disk that becomes full stops the writing, and not the reading', async ({
  start,
  bucket,
}) => {
  const app = await start({}, '2m')
  await app.ready()
  let written = 0
  while ((await postEntry(app.url, `${written}`.padEnd(1000, '.'))) === 201) {
    expect(++written).toBeLessThan(3_000)
  }
  expect(written).toBeGreaterThan(10)
  expect(await openFrontPage(app.url)).toContain(`${written - 1}...`)
  await app.kill()
  expect((await bucket.content()).messages.length).toBeGreaterThanOrEqual(written)
})

test('an empty file where the database should be is no database', async ({
  bucket,
  start,
  folder,
}) => {
  await bucket.seed((database) => addKept(database))
  await chmod(folder, 0o777)
  await writeFile(join(folder, 'app.db'), '')
  const app = await start({}, folder)
  await app.ready()
  expect(await openFrontPage(app.url)).toContain('kept')
})

for (const [what, replicaUrl, words] of [
  ['missing', '', /REPLICA_URL is .*gs:\/\/BUCKET\/PATH/],
  ['mistyped', 'gs:/bucket/path', /REPLICA_URL is wrong: \\"gs:\/bucket\/path\\"/],
  ['of another cloud', 'abs://bucket/path', /"abs:\/\/\\" is not supported/],
  ['in S3 without a region', 's3://bucket/path', /S3_REGION is not set; write the region/],
] as const) {
  test(`a replica URL that is ${what} ends the boot with one line`, async ({ start }) => {
    const app = await start({ REPLICA_URL: replicaUrl })
    expect(await app.exitCode()).toBe(1)
    const critical = (await app.logs()).split('\n').filter((line) => line.includes('CRITICAL'))
    expect(critical).toEqual([expect.stringMatching(words)])
  })
}

function addKept(database: Database): void {
  database.$client.exec(
    `insert into entries (name, message, created_at) values ('Ada', 'kept', '2026-01-02T12:00:00.000Z')`,
  )
}
