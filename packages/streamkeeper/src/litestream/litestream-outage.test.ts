import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { FaultyProxy } from '../test-tools/faulty-proxy.ts'
import { freePort } from '../test-tools/ports.ts'
import { LitestreamBusy } from './litestream.ts'
import { restored, runLitestream, write } from './test-support.ts'

/** A database with one row that is in the bucket, and a proxy before that. */
async function scene(test: TestContext, settings = '') {
  const cloud = await FakeCloudStorage.start()
  test.after(() => cloud[Symbol.asyncDispose]())
  const proxy = new FaultyProxy(await freePort(), Number(cloud.host.split(':')[1]), cloud.host)
  await proxy.mend()
  test.after(() => proxy.cut())
  let answered = 0
  proxy.onWrite = () => answered++
  process.env.STORAGE_EMULATOR_HOST = `127.0.0.1:${proxy.port}`
  const { folder, litestream } = await runLitestream(test, 60, settings)
  const path = join(folder, 'app.db')
  const url = cloud.emptyUrl()
  write(path, 'one')
  await litestream.register(path, url, 5_000)
  await litestream.sync(path, 5_000)
  return {
    litestream,
    path,
    url,
    proxy,
    /** Waits until so many uploads have begun that nobody has answered. */
    hanging: async (uploads: number) => {
      while (proxy.counts.write - answered < uploads) await sleep(5)
    },
    restored: () => restored(folder, url),
  }
}

const compaction = 'levels: [{interval: 1s}]'
const hang = { hang: true, only: 'writes' } as const

describe('Litestream, where an upload hangs', () => {
  it('ends the one that a sync has begun with that sync, and the next succeeds', async (test) => {
    const { litestream, path, proxy, hanging, restored } = await scene(test)
    proxy.inject(hang)
    write(path, 'two')
    const hung = litestream.sync(path, 1_000)
    hung.catch(() => {})
    await hanging(1)
    proxy.inject(null)
    await assert.rejects(hung, /deadline exceeded/)
    await litestream.sync(path, 5_000)
    assert.deepEqual(await restored(), ['one', 'two'])
  })

  it('never ends one of its own, until the database is registered anew', async (test) => {
    const { litestream, path, url, proxy, restored } = await scene(test)
    const waitsForAnother = /wait for replica sync/
    proxy.inject(hang)
    write(path, 'two')
    // Litestream tries again by itself after a sync that failed.
    while (!waitsForAnother.test(await failure())) await sleep(5)
    proxy.inject(null)
    assert.match(await failure(), waitsForAnother)
    await litestream.unregister(path, 1_000, 5_000).catch(() => {})
    await litestream.register(path, url, 5_000)
    await litestream.sync(path, 5_000)
    assert.deepEqual(await restored(), ['one', 'two'])

    function failure(): Promise<string> {
      return litestream.sync(path, 1_000).then(() => '', String)
    }
  })

  it('lets go of a database though a compaction of it hangs', async (test) => {
    const { litestream, path, url, proxy, hanging, restored } = await scene(test, compaction)
    proxy.inject({ hang: true, only: /^\/upload.*\/ltx\/1\// })
    write(path, 'two')
    await litestream.sync(path, 5_000)
    await hanging(1)
    await litestream.unregister(path, 1_000, 5_000)
    await litestream.register(path, url, 5_000)
    write(path, 'three')
    await litestream.sync(path, 5_000)
    proxy.inject(null)
    assert.deepEqual(await restored(), ['one', 'two', 'three'])
  })

  it('does not let go of it while its first look at a level hangs', async (test) => {
    const { litestream, path, url, proxy } = await scene(test, compaction)
    await litestream.unregister(path, 1_000, 5_000)
    const isLevel1 = /\/o\?.*\/ltx\/1\//
    proxy.inject({ hang: true, only: isLevel1 })
    await litestream.register(path, url, 5_000)
    while (!(await isStuck())) await sleep(5)
    await assert.rejects(litestream.unregister(path, 1_000, 1_000), LitestreamBusy)

    // A lock is held for as long as that list is waited for, which each new transaction needs.
    async function isStuck(): Promise<boolean> {
      write(path, 'more')
      return litestream.sync(path, 1_000).then(
        () => false,
        () => true,
      )
    }
  })
})
