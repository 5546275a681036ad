import { monitoring } from '../packages/streamkeeper/deploy/monitoring.mjs'
import { freePort } from '../packages/streamkeeper/src/test-tools/ports.ts'
import { adminToken, showToken } from './support/admin.ts'
import { postEntry } from './support/api-client.ts'
import { namesIn, readMetrics, valueIn } from './support/metrics.ts'
import { expect, test } from './support/test.ts'

async function printed(what: string): Promise<string> {
  const app = async () => ({ name: 'visits', migrations: '', postgresMigrations: null })
  const texts: string[] = []
  await monitoring([what], { app, print: (text: string) => void texts.push(text) })
  return texts.join('\n')
}

test.describe('the status page, without JavaScript', () => {
  test.use({ javaScriptEnabled: false })

  test('says who leads, how far the bucket is, and what happened on other disks before', async ({
    start,
    page,
  }) => {
    const first = await start({ K_REVISION: 'visits-00001' })
    await first.ready()
    expect(await postEntry(first.url, 'kept')).toBe(201)
    expect(await first.stop()).toBe(0)
    const second = await start({ K_REVISION: 'visits-00002' })
    await second.ready()
    await page.goto(`${second.url}/status`)
    await expect(page.getByText('following', { exact: true })).toBeVisible()
    await expect(page.getByText('nobody holds it')).toBeVisible()
    expect(await postEntry(second.url, 'kept too')).toBe(201)
    await page.reload()
    await expect(page.getByText('leading, epoch 2')).toBeVisible()
    await expect(page.getByText('this instance;')).toBeVisible()
    await expect(page.getByText(/the bucket has everything up to transaction \d+/)).toBeVisible()
    const events = await page.locator('.timeline li').allInnerTexts()
    const inOrder = [/Leading epoch 2\..*visits-00002/s, /Restored .*visits-00002/s]
    inOrder.push(/Stepped down: the process stops.*visits-00001/s, /Leading epoch 1\./s)
    for (const [index, event] of inOrder.entries()) expect(events[index]).toMatch(event)
  })

  test('names the release, as the log and every page do', async ({ start, page }) => {
    const app = await start({ K_REVISION: 'visits-00012', COMMIT: '5e2fdbf' })
    await app.ready()
    const release = /visits-00012 \(\d+\.\d+\.\d+, [0-9a-f]{7}(-dirty)?\)/
    await page.goto(`${app.url}/status`)
    await expect(page.getByRole('definition').filter({ hasText: release })).toBeVisible()
    for (const path of ['/', '/guestbook', '/missing']) {
      await page.goto(app.url + path)
      await expect(page.getByRole('contentinfo').last()).toContainText(release)
    }
    expect(await app.logs()).toMatch(release)
  })

  test('renews itself', async ({ shared: app, page }) => {
    await page.goto(`${app.url}/status`)
    await showToken(page, adminToken)
    const time = page.getByText(/^As of/).getByRole('time')
    const before = (await time.textContent()) ?? ''
    await expect(time).not.toHaveText(before, { timeout: 15_000 })
  })
})

test('the status page renews itself, and stops when it is asked to', async ({ app, page }) => {
  await page.goto(`${app.url}/status`)
  await expect(page.getByText('following', { exact: true })).toBeVisible()
  expect(await postEntry(app.url, 'while it is open')).toBe(201)
  await expect(page.getByText('leading, epoch 1')).toBeVisible()
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByText(/^As of .* UTC\.$/)).toBeVisible()
})

test('the status page says what is wrong when there was never a bucket', async ({
  start,
  bucket,
  page,
}) => {
  const app = await start()
  await app.ready()
  await bucket.cut()
  expect(await postEntry(app.url, 'unsafe')).toBe(503)
  await page.goto(`${app.url}/status`)
  await expect(page.getByText(/The bucket does not answer/).first()).toBeVisible()
})

test('metrics are OpenMetrics, and all that the dashboard and the alerts ask for', async ({
  start,
}) => {
  const [METRICS_PORT, litestream] = [String(await freePort()), await freePort()]
  const app = await start({ METRICS_PORT, LITESTREAM_METRICS: `127.0.0.1:${litestream}` })
  await app.ready()
  const metrics = async () =>
    readMetrics(await app.fetchInside(`http://127.0.0.1:${METRICS_PORT}/metrics`))
  expect(valueIn(await metrics(), 'visits_epoch')).toBe(0)
  expect(await postEntry(app.url, 'kept')).toBe(201)
  const leading = await metrics()
  expect(valueIn(leading, 'visits_epoch')).toBe(1)
  expect(valueIn(leading, 'visits_waiting_writers')).toBe(0)
  expect(valueIn(leading, 'visits_replication_failing')).toBe(0)
  expect(valueIn(leading, 'visits_sync_seconds_count')).toBeGreaterThan(0)

  const there = namesIn(leading)
  for (const what of ['dashboard', 'alerts']) {
    const asked = [...(await printed(what)).matchAll(/(visits|litestream)_\w+/g)]
    expect(asked.length, what).toBeGreaterThan(5)
    for (const [name] of asked) expect(there, what).toContain(name)
  }
})

test('each request is a line of the log, with its trace', async ({ start }) => {
  const app = await start({ GOOGLE_CLOUD_PROJECT: 'my-project' })
  await app.ready()
  const trace = 'ab'.repeat(16)
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` }
  await (await fetch(`${app.url}/guestbook?secret=1`, { headers })).text()
  await expect.poll(() => app.logs()).toContain('"requestUrl":"/guestbook"')
  const logs = (await app.logs()).split('\n')
  const lines = logs.filter((line) => line.includes('/guestbook'))
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    severity: 'INFO',
    httpRequest: { requestMethod: 'GET', status: 200 },
    'logging.googleapis.com/trace': `projects/my-project/traces/${trace}`,
  })
  expect(logs.filter((line) => line.includes('/health/'))).toEqual([])
})

test('the front page shows the visits of each day, as a table too', async ({
  bucket,
  start,
  page,
}) => {
  const today = new Date().toISOString().slice(0, 10)
  await bucket.seed(({ $client }) => {
    $client.exec(`insert into page_views (timestamp) values ('${today}T00:00:00Z'), ('2020-01-01')`)
  })
  const app = await start()
  await app.ready()
  await page.goto(app.url)
  await expect(page.getByRole('heading', { name: 'visited 3 times' })).toBeVisible()
  await page.getByText('As a table').click()
  const rows = page.getByRole('row')
  await expect(rows).toHaveCount(31)
  await expect(rows.nth(1).getByRole('cell')).toHaveText('2')
  await expect(rows.nth(2).getByRole('cell')).toHaveText('0')
})
