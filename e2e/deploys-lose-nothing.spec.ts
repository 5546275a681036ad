import { setTimeout as sleep } from 'node:timers/promises'
import { begin, finish, leader, test } from './support/deploys.ts'
import { expect } from './support/test.ts'

test('a deploy: the new revision takes over while people write', async ({
  bucket,
  router,
  deploy,
}) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two')
  expect(await leader(bucket)).toBe('one')
  router.route(two)
  await expect.poll(() => leader(bucket)).toBe('two')
  expect(await one.stop()).toBe(0)
  await finish(history, bucket, two)
  expect(history.failedWrites).toEqual([])
  expect(history.failedReads).toEqual([])
})

test('a deploy that gets no requests does not disturb', async ({ bucket, router, deploy }) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const { epoch } = (await bucket.lease()) ?? {}
  const two = await deploy('two')
  for (const path of ['/health/ready', '/favicon.ico', '/guestbook', '/api/entries']) {
    expect((await fetch(two.url + path)).status).toBe(200)
  }
  expect(await two.stop()).toBe(0)
  expect((await bucket.lease())?.epoch).toBe(epoch)
  await finish(history, bucket, one)
  expect(history.failedWrites).toEqual([])
})

test('two deploys in a row, and a rollback', async ({ bucket, router, deploy }) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  let before = one
  for (const revision of ['two', 'three', 'one']) {
    const next = await deploy(revision)
    router.route(next)
    expect(await before.stop()).toBe(0)
    await history.grows(5)
    before = next
  }
  expect(await leader(bucket)).toBe('one')
  await finish(history, bucket, before)
})

test('traffic that is split between two revisions', async ({ bucket, router, deploy }) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two')
  router.route(one, two)
  await expect.poll(() => leader(bucket), { timeout: 30_000 }).toBe('two')
  await history.grows(5)
  await expect.poll(() => leader(bucket), { timeout: 30_000 }).toBe('one')
  router.route(two)
  await one.stop()
  await finish(history, bucket, two)
  expect(history.failedReads).toEqual([])
})

test('a crash of the leader beside another instance', async ({ bucket, router, deploy }) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two')
  await one.kill()
  router.route(two)
  await finish(history, bucket, two)
})

test('a leader that freezes until long after its lease, and wakes up', async ({
  bucket,
  router,
  deploy,
}) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two')
  await one.pause()
  router.route(two)
  await expect.poll(() => leader(bucket), { timeout: 30_000 }).toBe('two')
  await history.grows(5)
  await one.unpause()
  // It may ask for the lease again at once: writes that it was sent before still wait for it.
  await expect.poll(() => one.logs()).toContain('Stepping down')
  expect(await one.stop()).toBe(0)
  await finish(history, bucket, two)
})

test('a bucket that goes away in the middle of a handover', async ({ bucket, router, deploy }) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two')
  router.route(two)
  await sleep(200)
  await bucket.cut()
  await sleep(2_000)
  await bucket.mend()
  await history.grows(5)
  expect(await one.stop()).toBe(0)
  await finish(history, bucket, two)
})

test('two services that were given one replica', async ({ start, deploy, router }) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const other = await start({ K_SERVICE: 'other' })
  await expect.poll(() => other.problem()).toBe('other-service')
  await history.grows(5)
  await history.end()
})
