import { join } from 'node:path'
import {
  runOriginal,
  timestamps,
} from '../packages/streamkeeper/src/litestream/old-layout/test-support.ts'
import { GcsStore } from '../packages/streamkeeper/src/stores/gcs-store.ts'
import { postEntry } from './support/api-client.ts'
import { expect, test } from './support/test.ts'

/** What the original sample has left in the bucket. */
const old = 'app/generations/'

const ends: (() => void | Promise<void>)[] = []
const after = (end: () => void | Promise<void>) => ends.push(end)
test.afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

test('a replica of Litestream 0.3 is gone on with, and stays as it is', async ({
  bucket,
  folder,
  start,
}) => {
  const store = new GcsStore(bucket.replicaUrl, {
    emulatorHost: bucket.environment.STORAGE_EMULATOR_HOST,
  })
  const path = join(folder, 'original.db')
  const url = bucket.replicaUrl.replace('gs:', 'gcs:')
  const original = await runOriginal({ after }, path, url, store, bucket.environment)
  await original.visit('2024-05-01 10:00:00')
  const first = await start({ REPLICA_URL: url })
  await first.ready()
  // The original serves until the traffic has moved.
  await original.visit('2024-05-01 10:00:01')
  await original.stop()
  const before = await bucket.contents(old)
  expect(Object.keys(before).length).toBeGreaterThan(2)

  const count = timestamps.length + 2
  await expect(visitTo(first.url)).resolves.toContain(`visited ${count + 1} times`)
  expect(await postEntry(first.url, 'kept')).toBe(201)
  expect(await first.stop()).toBe(0)

  const second = await start({ REPLICA_URL: url })
  await second.ready()
  await expect(visitTo(second.url)).resolves.toContain(`visited ${count + 2} times`)
  expect(await second.logs()).toContain('epoch-00000001')
  expect(await second.stop()).toBe(0)
  expect((await bucket.content()).messages).toEqual(['kept'])
  expect(await bucket.contents(old)).toEqual(before)
})

test('a replica of Litestream 0.3 that is not whole is never taken for an empty one', async ({
  bucket,
  start,
}) => {
  await bucket.overwrite(`${old}0123456789abcdef/wal/00000000_00000000.wal.lz4`, 'x')
  const app = await start()
  await expect.poll(() => app.problem(), { timeout: 40_000 }).toBe('old-replica-damaged')
  expect((await fetch(app.url)).status).toBe(503)
  expect(await app.stop()).toBe(0)
  expect((await bucket.objects()).filter((name) => !name.startsWith(old))).toEqual([])
})

async function visitTo(url: string): Promise<string> {
  return (await fetch(url)).text()
}
