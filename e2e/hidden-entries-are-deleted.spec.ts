import { postEntry } from './support/api-client.ts'
import type { Bucket } from './support/bucket.ts'
import type { Container } from './support/container.ts'
import { leader, test } from './support/deploys.ts'
import { expect } from './support/test.ts'

const environment = { DELETE_HIDDEN_AFTER_DAYS: '30', LEASE_TTL_SECONDS: '3' }
const day = 86_400_000

/** Entries of which most were hidden long ago, one lately, and one is shown. */
const seed = (bucket: Bucket, longAgo: number) =>
  bucket.seed(({ $client }) => {
    const insert = $client.prepare(
      `insert into entries (name, message, created_at, hidden_at) values ('Ada', ?, '2026-01-02T12:00:00.000Z', ?)`,
    )
    const before = (days: number) => new Date(Date.now() - days * day).toISOString()
    for (let index = 0; index < longAgo; index++) insert.run('old', before(31))
    insert.run('late', before(29))
    insert.run('shown', null)
  })

const deletedBy = async (app: Container) => {
  const lines = (await app.logs()).matchAll(/Deleted (\d+) entr/g)
  return [...lines].reduce((sum, [, count]) => sum + Number(count), 0)
}

test('the instance that leads deletes them, and the next one finds nothing to do', async ({
  bucket,
  router,
  deploy,
}) => {
  await seed(bucket, 3)
  const [one, two] = [await deploy('one', { environment }), await deploy('two', { environment })]
  router.route(one)
  expect(await postEntry(router.url, 'new')).toBe(201)
  await expect.poll(() => deletedBy(one)).toBe(3)
  router.route(two)
  expect(await postEntry(router.url, 'newer')).toBe(201)
  expect(await leader(bucket)).toBe('two')
  expect(await one.stop()).toBe(0)
  expect(await two.stop()).toBe(0)
  expect([await deletedBy(one), await deletedBy(two)]).toEqual([3, 0])
  const { messages, hidden } = await bucket.content()
  expect([messages, hidden]).toEqual([['newer', 'new', 'shown'], ['late']])
})

test('after a crash, the next leader goes on where the bucket ends', async ({
  bucket,
  router,
  deploy,
}) => {
  await seed(bucket, 950)
  const [one, two] = [await deploy('one', { environment }), await deploy('two', { environment })]
  router.route(one)
  expect(await postEntry(router.url, 'new')).toBe(201)
  // Each hundred is in the bucket when it is said to be deleted.
  await expect.poll(() => deletedBy(one), { intervals: [20] }).toBeGreaterThan(0)
  await one.kill()
  const deleted = await deletedBy(one)
  expect((await bucket.content()).hidden.length).toBeLessThanOrEqual(951 - deleted)
  router.route(two)
  await expect(async () => expect(await postEntry(router.url, 'newer', 'k')).toBe(201)).toPass()
  await expect.poll(async () => (await bucket.content()).hidden).toEqual(['late'])
  expect(await two.stop()).toBe(0)
  expect((await deletedBy(one)) + (await deletedBy(two))).toBeLessThanOrEqual(950)
  expect((await bucket.content()).messages).toEqual(['newer', 'new', 'shown'])
})

test('nothing is deleted by a server that was not told to', async ({ bucket, router, deploy }) => {
  await seed(bucket, 3)
  const one = await deploy('one')
  router.route(one)
  expect(await postEntry(router.url, 'new')).toBe(201)
  expect(await one.stop()).toBe(0)
  expect((await bucket.content()).hidden).toEqual(['late', 'old', 'old', 'old'])
})
