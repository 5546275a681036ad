import { fillWith } from '../bench/support/ballast.ts'
import { begin, finish, leader, test } from './support/deploys.ts'
import { expect } from './support/test.ts'

const disk = { memory: '1g' }

test.beforeEach(() => test.setTimeout(240_000))

test('a deploy at 100 MB: what goes through the instances is what was written', async ({
  bucket,
  router,
  start,
}) => {
  await bucket.seed((database) => fillWith(database, 100))
  const one = await start({ K_SERVICE: 'visits', K_REVISION: 'one' }, '512m', disk)
  await one.ready()
  const history = await begin(router, one)
  const two = await start({ K_SERVICE: 'visits', K_REVISION: 'two' }, '512m', disk)
  await two.ready()
  const before = bucket.bytes
  router.route(two)
  await expect.poll(() => leader(bucket), { timeout: 30_000 }).toBe('two')
  await history.grows(5)
  const { up, down } = bucket.bytes
  expect(up - before.up).toBeLessThan(10e6)
  expect(down - before.down).toBeLessThan(10e6)
  expect(await one.stop()).toBe(0)
  await finish(history, bucket, two)
})

test('a crash while the bucket copies: the next instance continues the epoch before', async ({
  bucket,
  router,
  deploy,
}) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two')
  bucket.inject({ hang: true, only: /\/rewriteTo\// })
  router.route(two)
  await expect.poll(() => leader(bucket), { timeout: 30_000 }).toBe('two')
  const { restorable } = (await bucket.lease()) ?? {}
  await two.kill()
  bucket.inject(null)
  const three = await deploy('three')
  router.route(three)
  await history.grows(5)
  const last = (await bucket.lease())?.obsolete.at(-1)
  expect([last?.was, last?.continued]).toEqual([restorable, true])
  await one.stop()
  await finish(history, bucket, three)
})
