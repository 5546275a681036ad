import assert from 'node:assert/strict'
import { renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplicationProblem } from '../stores/problem.ts'
import { Replication } from './replication.ts'
import { restored, runLitestream, write } from './test-support.ts'

async function scene(test: TestContext, bucket = 'bucket') {
  const { folder, litestream, end } = await runLitestream(test)
  const path = join(folder, 'app.db')
  const replicaUrl = `file://${join(folder, bucket)}`
  let now = 0
  let mayAcknowledge = true
  const clock = () => now
  const canAcknowledge = () => mayAcknowledge
  let reached = () => {}
  const onReached = () => reached()
  const replication = new Replication(litestream, {
    path,
    replicaUrl,
    canAcknowledge,
    clock,
    onReached,
  })
  return {
    folder,
    path,
    replicaUrl,
    litestream,
    end,
    replication,
    stop: async () => {
      await replication.stop(5_000)
      await replication.close(5_000)
    },
    /** Replicates a database with one row. */
    begin: async () => {
      write(path, 'one')
      await replication.start()
      await replication.complete(5_000)
    },
    whenReached: (call: () => void) => {
      reached = call
    },
    stopVouching: () => {
      mayAcknowledge = false
    },
    passTime: (ms: number) => {
      now += ms
    },
    restored: () => restored(folder, replicaUrl),
  }
}

function problem(code: string): (error: unknown) => boolean {
  return (error) => (error as ReplicationProblem).code === code
}

describe('Replication', () => {
  it('has every committed row in the bucket when it acknowledges it', async (test) => {
    const { begin, path, replication, restored } = await scene(test)
    await begin()
    for (const text of ['two', 'three']) {
      write(path, text)
      await replication.durable()
      assert.equal((await restored()).at(-1), text)
    }
  })

  it('has the last row in the bucket once it has been stopped', async (test) => {
    const { begin, path, stop, restored } = await scene(test)
    await begin()
    write(path, 'last')
    await stop()
    assert.deepEqual(await restored(), ['one', 'last'])
  })

  it('is given time to be complete again where the first copy is there already', async (test) => {
    const { begin, replication, litestream } = await scene(test)
    await begin()
    const synced = test.mock.method(litestream, 'sync')
    await replication.complete()
    assert.equal(synced.mock.calls[0]?.arguments[1], 20_000)
  })

  it('is not complete in a bucket that can not be written to', async (test) => {
    const { folder, path, replication } = await scene(test, 'not-a-folder')
    write(path, 'one')
    writeFileSync(join(folder, 'not-a-folder'), '')
    await replication.start()
    await assert.rejects(replication.complete(2_000), { name: 'Error', replicaUrl: /not-a-folder/ })
  })

  it('acknowledges nothing once it finds another instance ahead on its replica', async (test) => {
    const { begin, folder, path, replication, replicaUrl } = await scene(test)
    await begin()
    const other = await runLitestream(test)
    const otherPath = join(other.folder, 'app.db')
    write(otherPath, 'other')
    const others = new Replication(other.litestream, {
      path: otherPath,
      replicaUrl,
      canAcknowledge: () => true,
    })
    await others.start()
    await others.complete(5_000)
    for (const text of ['a', 'b', 'c']) {
      write(otherPath, text)
      await others.durable()
    }
    // Litestream looks at what is in the bucket again after a failure, and only then.
    const bucket = join(folder, 'bucket')
    renameSync(bucket, `${bucket}.away`)
    writeFileSync(bucket, '')
    write(path, 'two')
    await assert.rejects(replication.durable())
    rmSync(bucket)
    renameSync(`${bucket}.away`, bucket)
    await assert.rejects(replication.durable(), problem('another-writer'))
  })

  it('acknowledges nothing once the lease is lost, though the bucket has it', async (test) => {
    const { begin, path, replication, stopVouching, restored } = await scene(test)
    await begin()
    write(path, 'two')
    stopVouching()
    await assert.rejects(replication.durable(), problem('lease-lost'))
    assert.deepEqual(await restored(), ['one', 'two'])
  })

  it('acknowledges what the bucket has where it is sure of its lease again', async (test) => {
    const { begin, path, litestream, replicaUrl } = await scene(test)
    let [isSure, becomesSure, isUploaded] = [true, true, false]
    const asked: boolean[] = []
    await begin()
    const replication = new Replication(litestream, {
      ...{ path, replicaUrl, canAcknowledge: () => isSure },
      onReached: () => {
        isUploaded = true
      },
      reassure: async () => {
        asked.push(isUploaded)
        isSure = becomesSure
      },
    })
    write(path, 'two')
    isSure = false
    await replication.durable()
    assert.deepEqual(asked, [true], 'asked once, after the upload')
    ;[isSure, becomesSure] = [false, false]
    await assert.rejects(replication.durable(), problem('lease-lost'))
  })

  it('knows how far the bucket is, as far as it was told, without asking', async (test) => {
    const { begin, path, replication, litestream, passTime } = await scene(test)
    assert.deepEqual([replication.known.txid, replication.known.missing], [null, 0])
    await begin()
    await replication.durable()
    const asked = test.mock.method(litestream, 'sync')
    passTime(700)
    const { agoMs, txid, missing, isAcknowledgeable } = replication.known
    assert.deepEqual([agoMs, missing, isAcknowledgeable], [700, 0, true])
    assert.equal(asked.mock.callCount(), 0)
    test.mock.method(litestream, 'positions', async () => ({ txid: 9, replicatedTxid: txid }))
    write(path, 'two')
    await replication.lag(1_000)
    assert.equal(replication.known.txid, txid)
    assert.equal(replication.known.missing, 9 - (txid ?? 0))
    assert.equal(replication.known.agoMs, 700)
  })

  it('promises no more than what an upload was for, whatever is seen meanwhile', async (test) => {
    const { begin, replication, litestream, whenReached } = await scene(test)
    await begin()
    await replication.durable()
    const promised = replication.durableTxid
    const seen = Promise.withResolvers<{ txid: number; replicatedTxid: number }>()
    test.mock.method(litestream, 'positions', () => seen.promise)
    const looking = replication.lag(1_000)
    // Another one writes between the end of an upload and what is made of it.
    whenReached(() => seen.resolve({ txid: 99, replicatedTxid: 98 }))
    await replication.durable()
    await looking
    assert.equal(replication.known.txid, 98)
    assert.equal(replication.durableTxid, promised)
  })

  it('begins a new replica with a complete copy', async (test) => {
    const { begin, folder, path, litestream, stop } = await scene(test)
    await begin()
    await stop()
    const replicaUrl = `file://${join(folder, 'next')}`
    const next = new Replication(litestream, { path, replicaUrl, canAcknowledge: () => true })
    write(path, 'two')
    await next.start()
    await next.complete(5_000)
    assert.deepEqual(await restored(folder, replicaUrl), ['one', 'two'])
  })

  it('is taken up again when Litestream has forgotten the database', async (test) => {
    const { begin, path, replication, litestream, restored } = await scene(test)
    await begin()
    await litestream.unregister(path, 1_000, 5_000)
    write(path, 'two')
    await assert.rejects(replication.durable(), problem('not-registered'))
    await replication.durable()
    assert.deepEqual(await restored(), ['one', 'two'])
  })

  it('has the last row in the bucket also where Litestream had forgotten the database', async (test) => {
    const { begin, path, stop, litestream, restored } = await scene(test)
    await begin()
    await litestream.unregister(path, 1_000, 5_000)
    write(path, 'two')
    await stop()
    assert.deepEqual(await restored(), ['one', 'two'])
  })

  it('is not taken up again once it has been stopped', async (test) => {
    const { begin, folder, path, replication, stop, litestream } = await scene(test)
    await begin()
    await stop()
    await assert.rejects(replication.durable(), problem('not-registered'))
    const next = new Replication(litestream, {
      path,
      replicaUrl: `file://${join(folder, 'next')}`,
      canAcknowledge: () => true,
    })
    await next.start()
    await next.complete(5_000)
    assert.deepEqual(await restored(folder, `file://${join(folder, 'next')}`), ['one'])
  })

  it('does not start where the file is replicated to another URL already', async (test) => {
    const { folder, path, replication, litestream } = await scene(test)
    write(path, 'one')
    await replication.start()
    const replicaUrl = `file://${join(folder, 'next')}`
    const next = new Replication(litestream, { path, replicaUrl, canAcknowledge: () => true })
    await assert.rejects(next.start(), problem('litestream-failed'))
  })

  it('is degraded from the second failure in a row on, until it succeeds', async (test) => {
    const { begin, replication, litestream, passTime } = await scene(test)
    await begin()
    const answer = litestream.sync
    litestream.sync = () => Promise.reject(new DOMException('', 'TimeoutError'))
    await assert.rejects(replication.durable())
    const afterOne = replication.health
    passTime(5_000)
    await assert.rejects(replication.durable())
    const afterTwo = replication.health
    assert.equal(afterOne.status, 'healthy')
    assert.ok(afterTwo.status === 'degraded')
    assert.equal(afterTwo.failingForMs, 5_000)
    litestream.sync = answer
    await replication.durable()
    assert.deepEqual(replication.health, { status: 'healthy' })
  })

  it('is opened anew when it has failed for long, each time after a longer wait', async (test) => {
    const { begin, replication, litestream, passTime } = await scene(test)
    await begin()
    litestream.sync = () => Promise.reject(new DOMException('', 'TimeoutError'))
    const opened = test.mock.method(litestream, 'register')
    const counts: number[] = []
    for (let seconds = 0; seconds <= 90; seconds += 10) {
      await assert.rejects(replication.durable())
      counts.push(opened.mock.callCount())
      passTime(10_000)
    }
    await assert.rejects(replication.durable())
    assert.deepEqual(counts, [0, 0, 1, 2, 2, 3, 3, 3, 3, 4])
  })

  it('is opened anew at once when the bucket answers again, and an upload still hangs', async (test) => {
    const { begin, path, replication, litestream, passTime, restored } = await scene(test)
    await begin()
    const hanging = test.mock.method(litestream, 'sync', () =>
      Promise.reject(new DOMException('', 'TimeoutError')),
    )
    const opened = test.mock.method(litestream, 'register')
    await assert.rejects(replication.durable())
    passTime(1_000)
    const unregister = litestream.unregister.bind(litestream)
    litestream.unregister = (...asked) => {
      hanging.mock.restore()
      return unregister(...asked)
    }
    replication.revive()
    write(path, 'two')
    await replication.durable()
    assert.equal(opened.mock.callCount(), 1)
    assert.deepEqual(await restored(), ['one', 'two'])
  })

  it('goes on as it is when the bucket answers again, and nothing hangs', async (test) => {
    const { begin, path, replication, litestream, restored } = await scene(test)
    await begin()
    const failing = test.mock.method(litestream, 'sync', () =>
      Promise.reject(new DOMException('', 'TimeoutError')),
    )
    const opened = test.mock.method(litestream, 'register')
    await assert.rejects(replication.durable())
    failing.mock.restore()
    replication.revive()
    write(path, 'two')
    await replication.durable()
    assert.equal(opened.mock.callCount(), 0)
    assert.deepEqual(await restored(), ['one', 'two'])
  })

  it('is opened anew where an upload hangs that began before the bucket answered again', async (test) => {
    const { begin, replication, litestream, passTime } = await scene(test)
    await begin()
    const hung = Promise.withResolvers<never>()
    const hanging = test.mock.method(litestream, 'sync', () => hung.promise)
    const opened = test.mock.method(litestream, 'register')
    const durable = replication.durable()
    durable.catch(() => {})
    while (hanging.mock.callCount() === 0) await sleep(1)
    passTime(1_000)
    replication.revive()
    passTime(4_000)
    hung.reject(new DOMException('', 'TimeoutError'))
    await assert.rejects(durable)
    hanging.mock.restore()
    await replication.durable()
    assert.equal(opened.mock.callCount(), 1)
  })

  it('is left alone by a bucket that answers again where nothing has failed', async (test) => {
    const { begin, replication, litestream } = await scene(test)
    await begin()
    const opened = test.mock.method(litestream, 'register')
    replication.revive()
    await replication.durable()
    assert.equal(opened.mock.callCount(), 0)
  })

  it('is not opened anew while the first copy of a large database may still get on', async (test) => {
    const { path, replication, litestream, passTime } = await scene(test)
    write(path, 'one')
    // It takes no room on the disk.
    truncateSync(path, 400_000_000)
    const opened = test.mock.method(litestream, 'register', async () => {})
    await replication.start()
    litestream.sync = () => Promise.reject(new DOMException('', 'TimeoutError'))
    await assert.rejects(replication.durable(), problem('first-copy'))
    passTime(119_000)
    await assert.rejects(replication.durable(), problem('first-copy'))
    await assert.rejects(replication.durable(), problem('first-copy'))
    assert.equal(opened.mock.callCount(), 1)
    passTime(2_000)
    await assert.rejects(replication.durable(), problem('first-copy'))
    await assert.rejects(replication.durable())
    assert.equal(opened.mock.callCount(), 2)
  })
})
