import { postEntry } from './support/api-client.ts'
import type { Bucket } from './support/bucket.ts'
import type { Container } from './support/container.ts'
import { begin, finish, leader, test } from './support/deploys.ts'
import { rawRequest } from './support/raw-request.ts'
import { expect } from './support/test.ts'
import { openFrontPage } from './support/visitor.ts'

const tagged = { host: 'next---visits-abcdefghij-ew.a.run.app', accept: 'text/html' }

const published = async (bucket: Bucket) => (await bucket.lease())?.schema?.release

/** Waits until a release leads whose schema is what others restore. */
async function leads(bucket: Bucket, revision: string): Promise<void> {
  const seen = async () => [await leader(bucket), await published(bucket)]
  await expect.poll(seen, { timeout: 30_000 }).toEqual([revision, revision])
}

/** Reads all kinds of pages, each of which has to be answered. */
async function readAll({ url }: Container): Promise<void> {
  for (const path of ['/', '/guestbook', '/api/entries', '/api/visits', '/admin', '/']) {
    expect((await fetch(url + path, { headers: { accept: 'text/html' } })).status, path).toBe(200)
  }
}

test('a newer schema: the older release goes on reading, and never leads again', async ({
  bucket,
  router,
  deploy,
}) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two', { isNext: true })
  // Traffic at both, as while Cloud Run shifts it.
  router.route(one, two)
  await leads(bucket, 'two')
  const { epoch } = (await bucket.lease()) ?? {}
  for (let time = 0; time < 5; time++) await readAll(one)
  await history.grows()

  await expect.poll(() => one.problem()).toBe('older-release')
  expect(await openFrontPage(one.url)).toContain('visits are not counted')
  const refused = await fetch(`${one.url}/api/entries`, { method: 'POST' })
  expect(refused.status).toBe(503)
  expect(await refused.text()).toMatch(/migrated by two .* older release one/)
  expect(await openFrontPage(two.url)).toContain('The next release.')

  router.route(two)
  expect(await one.stop()).toBe(0)
  const { epoch: later, holder, wantedBy } = (await bucket.lease()) ?? {}
  expect([later, holder?.revision, wantedBy]).toEqual([epoch, 'two', undefined])
  await finish(history, bucket, two)
  expect(history.failedReads).toEqual([])
})

test('a preview of the next release is looked at, and nobody notices', async ({
  bucket,
  router,
  deploy,
}) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const { epoch } = (await bucket.lease()) ?? {}
  const tag = await deploy('tag', { isNext: true })
  const preview = await deploy('preview', { isNext: true, environment: { PREVIEW: '1' } })
  const looks = [
    () => rawRequest(tag.url, '/', { headers: tagged }),
    () => rawRequest(preview.url, '/', { headers: { accept: 'text/html' } }),
  ]
  for (const look of [...looks, ...looks]) {
    const { status, body, headers } = await look()
    expect(status).toBe(200)
    expect(body).toContain('The next release.')
    expect(body).toContain('This is a preview.')
    expect(headers['x-visit']).toBe('not-counted')
  }
  // What only the next release has, in a copy that it has migrated for itself.
  expect((await rawRequest(tag.url, '/api/entries', { headers: tagged })).body).toContain('mood')
  expect(await postEntry(preview.url, 'never')).toBe(503)
  const written = { method: 'POST', headers: tagged }
  expect((await rawRequest(tag.url, '/api/entries', written)).status).toBe(503)

  const { epoch: later, wantedBy, schema } = (await bucket.lease()) ?? {}
  expect([later, wantedBy, schema?.release]).toEqual([epoch, undefined, 'one'])
  expect(await tag.stop()).toBe(0)
  expect(await preview.stop()).toBe(0)
  await finish(history, bucket, one)
  expect(history.failedWrites).toEqual([])
  expect(history.failedReads).toEqual([])
})

test('a rollback over a new schema: all is read, and what writes is refused until there is a newer release', async ({
  bucket,
  router,
  deploy,
}) => {
  const one = await deploy('one')
  const history = await begin(router, one)
  const two = await deploy('two', { isNext: true })
  router.route(two)
  await leads(bucket, 'two')
  expect(await one.stop()).toBe(0)
  await history.grows()

  const back = await deploy('one')
  router.route(back)
  const { epoch } = (await bucket.lease()) ?? {}
  const before = history.failedWrites.length
  await expect.poll(() => history.failedWrites.length).toBeGreaterThan(before + 10)
  await readAll(back)
  expect(new Set(history.failedWrites.slice(before))).toEqual(new Set([503]))
  expect((await bucket.lease())?.epoch).toBe(epoch)

  router.route(two)
  await finish(history, bucket, two)
  expect(history.failedReads).toEqual([])
  expect(await back.stop()).toBe(0)
})

test('a request that no route takes costs no lease', async ({ bucket, start }) => {
  const app = await start()
  await app.ready()
  for (const [method, path, status] of [
    ['POST', '/xmlrpc.php', 404],
    ['POST', '/wp-login.php', 404],
    ['GET', '/wp-admin', 404],
    ['DELETE', '/', 405],
    ['PUT', '/guestbook', 405],
    ['POST', '/', 405],
    ['POST', '/status', 405],
    ['PUT', '/api/entries', 405],
    ['PATCH', '/api/entries', 405],
  ] as const) {
    const answer = await rawRequest(app.url, path, { method, headers: { accept: 'text/html' } })
    expect(answer.status, `${method} ${path}`).toBe(status)
    if (status === 405) expect(answer.headers.allow).toContain('OPTIONS')
  }
  expect(await bucket.lease()).toBeNull()
  expect((await app.health()).body.state).toBe('following')
})
