import { execFileSync } from 'node:child_process'
import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../packages/streamkeeper/src/test-tools/ports.ts'
import { adminToken, showToken } from './support/admin.ts'
import { postEntry } from './support/api-client.ts'
import type { Bucket } from './support/bucket.ts'
import type { Container } from './support/container.ts'
import { namesIn, readMetrics } from './support/metrics.ts'
import { expect, test } from './support/test.ts'

// What the release before has left (fixtures/record-release.ts): it was killed while it led epoch 2.
const before = join(import.meta.dirname, 'fixtures/release-before')

async function bring(bucket: Bucket): Promise<void> {
  const folder = join(before, 'bucket')
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const name = file.slice(folder.length + 'app/'.length + 1)
    await bucket.overwrite(`app/${name}`, new Uint8Array(await readFile(file)))
  }
}

async function mustHaveAll(app: Container): Promise<void> {
  const { entries } = await (await fetch(`${app.url}/api/entries`)).json()
  const messages = entries.map(({ message }: { message: string }) => message)
  expect(messages).toEqual(['the last one', 'shown'])
  const all = await (await fetch(`${app.url}/api/entries?limit=1`)).json()
  expect(all.entries[0].id).toBe(4)
  expect((await (await fetch(`${app.url}/api/visits`)).json()).visits).toBe(1)
}

/** Writes as the release before did, whose lease has to run out; what it has written is known by its key. */
async function mustGoOn(app: Container, bucket: Bucket): Promise<void> {
  await expect(async () => {
    expect(await postEntry(app.url, 'the last one', 'recorded-last')).toBe(201)
  }).toPass({ timeout: 30_000 })
  expect(await postEntry(app.url, 'another one', 'recorded-last')).toBe(422)
  expect(await postEntry(app.url, 'deleted', 'recorded-deleted')).toBe(410)
  expect(await postEntry(app.url, 'new')).toBe(201)
  const lease = await bucket.lease()
  expect(lease?.epoch).toBe(3)
  expect(lease?.obsolete.map(({ upTo }) => upTo)).toEqual([0, 1, 2])
  const { messages, visits } = await bucket.content()
  expect([messages, visits]).toEqual([['new', 'the last one', 'shown'], 1])
}

test.describe('what the release before has written', () => {
  test('is there on an empty disk, by the same variables, and is gone on with', async ({
    bucket,
    start,
    page,
  }) => {
    await bring(bucket)
    const METRICS_PORT = String(await freePort())
    const app = await start({ K_REVISION: 'visits-00003', ADMIN_TOKEN: adminToken, METRICS_PORT })
    await app.ready()
    await mustHaveAll(app)
    await mustGoOn(app, bucket)
    await page.goto(`${app.url}/status`)
    await showToken(page, adminToken)
    await expect(page.locator('.timeline')).toContainText(
      /Leading epoch 3\..*visits-00003.*Leading epoch 2\..*visits-00002.*Leading epoch 1\..*visits-00001/s,
    )
    const metrics = await app.fetchInside(`http://127.0.0.1:${METRICS_PORT}/metrics`)
    const names = namesIn(readMetrics(metrics))
    for (const name of JSON.parse(await readFile(join(before, 'metrics.json'), 'utf8'))) {
      expect(names).toContain(name)
    }
  })

  test('is there on its own disk, and is gone on with', async ({ bucket, start, folder }) => {
    await bring(bucket)
    await cp(join(before, 'disk'), folder, { recursive: true })
    // The container's user is another.
    execFileSync('chmod', ['-R', 'a+rwX', folder])
    const app = await start({ ADMIN_TOKEN: adminToken }, folder)
    await app.ready()
    await mustHaveAll(app)
    await mustGoOn(app, bucket)
  })
})
