import { freePort } from '../packages/streamkeeper/src/test-tools/ports.ts'
import { fillWith } from '../tools/bench/support/ballast.ts'
import { begin, finish, leader, test } from './support/deploys.ts'
import { readMetrics, valueIn } from './support/metrics.ts'
import { expect } from './support/test.ts'

test('a deploy at 100 MB: what was written is all that the new leader uploads', async ({
  bucket,
  router,
  start,
}) => {
  await bucket.seed((database) => fillWith(database, 100))
  const METRICS_PORT = String(await freePort())
  const begun = async (revision: string, more = {}) => {
    const variables = { K_SERVICE: 'visits', K_REVISION: revision, ...more }
    const instance = await start(variables, '512m', { memory: '1g' })
    await instance.ready()
    return instance
  }
  const one = await begun('one')
  const history = await begin(router, one)
  const two = await begun('two', { METRICS_PORT })
  router.route(two)
  await expect.poll(() => leader(bucket), { timeout: 30_000 }).toBe('two')
  await history.grows(5)
  const metrics = readMetrics(await two.fetchInside(`http://127.0.0.1:${METRICS_PORT}/metrics`))
  expect(valueIn(metrics, 'visits_epoch_continued')).toBe(1)
  expect(valueIn(metrics, 'visits_epoch_first_upload_bytes')).toBeLessThan(1e6)
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
  // The first may have led in between, by a write that still waited there.
  const next = (await bucket.lease())?.obsolete.find(({ was }) => was === restorable)
  expect(next?.continued).toBe(true)
  await one.stop()
  await finish(history, bucket, three)
})
