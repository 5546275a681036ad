import assert from 'node:assert/strict'
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Lease } from '../lease/lease.ts'
import { runOriginal, timestamps } from '../litestream/old-layout/test-support.ts'
import { temporaryFolder } from '../litestream/test-support.ts'
import type { Database } from '../sqlite/open.ts'
import { app } from '../sqlite/test-support.ts'
import { FileStore } from '../stores/file-store.ts'
import { LocalDatabase } from './local-database.ts'

/** How much there is of what the original wrote. */
function countRows({ $client }: Database): unknown {
  return $client.prepare('select count(*) from page_views').pluck().get()
}

/** An instance beside a bucket in which the original sample replicates with Litestream 0.3. */
async function scene(test: TestContext) {
  const folder = temporaryFolder(test)
  const bucket = join(folder, 'bucket')
  mkdirSync(bucket)
  const base = `file://${bucket}`
  const store = new FileStore(bucket)
  const original = await runOriginal(test, join(folder, 'original.db'), base, store)
  const instance = (name: string) => {
    const restore = { signal: new AbortController().signal, stallMs: 10_000 }
    const path = join(folder, `${name}.db`)
    const database = new LocalDatabase({ path, base, app, restore })
    test.after(() => database.close())
    const me = { id: name, service: 's', revision: 'r', instance: 'i' }
    return { database, lease: new Lease(store, base, me) }
  }
  return { bucket, original, instance }
}

describe("The original sample's data", () => {
  it('is what an instance begins with, and reads again once it leads', async (test) => {
    const { original, instance } = await scene(test)
    const { database, lease } = instance('a')
    await database.restore(await lease.read())
    assert.equal(countRows(database.open), timestamps.length)
    await original.visit('2024-05-01 10:00:00')
    await original.stop()
    const { before } = await lease.acquire()
    assert.equal(database.isNewest(before), false)
    await database.restore(before)
    assert.equal(countRows(database.lead('a', 1)), timestamps.length + 1)
  })

  it('is never taken for nothing, also where it is gone before the first epoch is complete', async (test) => {
    const { bucket, original, instance } = await scene(test)
    await original.stop()
    const first = instance('a')
    await first.lease.acquire()
    await first.lease.release()
    renameSync(join(bucket, 'generations'), join(bucket, 'moved'))
    const { database, lease } = instance('b')
    await assert.rejects(
      lease.read().then((view) => database.restore(view)),
      {
        code: 'replica-missing',
      },
    )
    renameSync(join(bucket, 'moved'), join(bucket, 'generations'))
    await database.restore(await lease.read())
    assert.equal(countRows(database.open), timestamps.length)
  })
})
