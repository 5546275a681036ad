import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { leaseName } from '../lease/lease-object.ts'
import { LitestreamBusy } from '../litestream/litestream.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { countNotes } from '../test-app/notes.ts'
import { scene, timing, until } from './test-leadership.ts'
import { durable } from './test-support.ts'

type Started = Awaited<ReturnType<ReturnType<typeof scene>['start']>>

describe('An instance', () => {
  it('follows without touching the lease', async (test) => {
    const { store, start } = scene(test)
    await start('a')
    assert.equal(await store.read(leaseName), null)
  })

  it('can not write while it follows', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    await a.leadership.end()
    await assert.rejects(a.write(), /readonly/)
    assert.equal(countNotes(a.database.open), 1)
  })

  it('hands everything over to whoever wants to lead, and goes on as a follower', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    const b = await start('b')
    await b.leadership.lead()
    assert.equal(await b.write(), 2)
    await durable(b.leadership)
    assert.equal(a.lifecycle.state.name, 'following')
    assert.equal(a.leadership.isLeading, false)
    await assert.rejects(a.write(), /readonly/)
    await a.leadership.lead()
    assert.equal(await a.write(), 3)
    await a.leadership.end()
    await b.leadership.end()
  })

  it('leaves the lease to whoever wanted it, also when it has to write itself', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    const b = await start('b', { waitMs: 200 })
    const leads = b.leadership.lead()
    await until(() => a.lifecycle.state.name === 'stepping-down')
    const again = a.leadership.lead()
    assert.equal(await Promise.race([leads.then(() => 'b'), again.then(() => 'a')]), 'b')
    await again
    await a.leadership.end()
    await b.leadership.end()
  })

  it('lets those who write finish before it hands over', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    const writing = Promise.withResolvers<void>()
    a.leadership.admit(writing.promise, () => {})
    const b = await start('b')
    const leads = b.leadership.lead()
    await until(() => a.lifecycle.state.name === 'stepping-down')
    await a.write()
    writing.resolve()
    await leads
    assert.equal(countNotes(b.database.open), 1)
    await a.leadership.end()
    await b.leadership.end()
  })

  it('takes back what is not committed when it hands over, as the bucket will not have it', async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    await a.leadership.lead()
    await a.write()
    await durable(a.leadership)
    const { $client } = a.database.open
    $client.exec('begin')
    await a.write()
    const release = a.lease.release.bind(a.lease)
    a.lease.release = () => {
      if ($client.inTransaction) $client.exec('commit')
      return release()
    }
    await b.leadership.lead()
    await until(() => a.lifecycle.state.name === 'following')
    assert.deepEqual(
      [a, b].map(({ database }) => countNotes(database.open)),
      [1, 1],
    )
    await b.leadership.end()
    await a.leadership.end()
  })

  it('begins to write outside of a transaction that a read has left open', async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    await a.leadership.lead()
    await a.write()
    await durable(a.leadership)
    await a.leadership.end()
    await b.database.restore(await b.lease.read())
    b.database.reading.$client.exec('begin')
    await b.leadership.lead()
    assert.equal(b.database.open.$client.inTransaction, false)
    assert.equal(await b.write(), 2)
    await durable(b.leadership)
    await b.leadership.end()
  })

  it('hands over while somebody goes over rows, and leads again when they have ended', async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    await a.leadership.lead()
    await a.write()
    await a.write()
    const rows = a.database.reading.$client.prepare('select * from notes').iterate()
    rows.next()
    await b.leadership.lead()
    assert.equal(await b.write(), 3)
    await until(() => a.lifecycle.state.name === 'following')
    rows.next()
    rows.return?.()
    await a.leadership.lead()
    assert.equal(await a.write(), 4)
    await a.leadership.end()
    await b.leadership.end()
  })

  it('acknowledges nothing before its epoch is what others restore', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    const marking = Promise.withResolvers<void>()
    const mark = a.lease.publishEpoch.bind(a.lease)
    a.lease.publishEpoch = async (...given) => {
      await marking.promise
      return mark(...given)
    }
    await a.leadership.lead()
    await a.write()
    let told = false
    const kept = durable(a.leadership).then(() => {
      told = true
    })
    await until(async () => (await a.lease.renew()) === 'renewed')
    assert.equal(told, false)
    marking.resolve()
    await kept
    await a.leadership.end()
  })

  it('does not hand over before its epoch is complete', async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    const released = Promise.withResolvers<void>()
    test.after(() => released.resolve())
    const { sync } = a.litestream
    a.litestream.sync = async (...asked) => {
      await released.promise
      return sync.apply(a.litestream, asked)
    }
    await a.leadership.lead()
    await a.write()
    const taken = b.leadership.lead()
    const looked = test.mock.method(a.lease, 'renew')
    await until(() => looked.mock.callCount() > 3 || !a.leadership.isLeading)
    assert.ok(a.leadership.isLeading)
    released.resolve()
    await taken
    assert.equal(await b.write(), 2)
    await b.leadership.end()
  })

  it('promises nothing to a request that another leadership of its own had let in', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    const later = Promise.withResolvers<void>()
    let durable: Promise<void> | undefined
    a.leadership.admit(Promise.resolve(), () => {
      durable = a
        .write()
        .then(() => later.promise)
        .then(() => a.leadership.durable())
    })
    await until(async () => countNotes(a.database.open) === 1)
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.lifecycle.state.name === 'following')
    Reflect.deleteProperty(a.lease, 'renew')
    await a.leadership.lead()
    later.resolve()
    await assert.rejects(durable ?? Promise.resolve(), { code: 'lease-lost' })
    let next: Promise<void> | undefined
    a.leadership.admit(Promise.resolve(), () => {
      next = a.write().then(() => a.leadership.durable())
    })
    await next
    await a.leadership.end()
  })

  it('promises nothing to a request that no leadership has let in', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    let durable: Promise<void> | undefined
    a.leadership.admit(Promise.resolve(), () => {
      durable = Promise.resolve().then(() => a.leadership.durable())
    })
    await assert.rejects(durable ?? Promise.resolve(), { code: 'lease-lost' })
  })

  it('does not disturb who leads while it can not have the newest copy', async (test) => {
    const { store, start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    const lastEpoch = async () => JSON.parse((await store.read(leaseName))?.body ?? '').epoch
    await a.leadership.lead()
    await a.write()
    await durable(a.leadership)
    const restore = b.database.restore.bind(b.database)
    const problem = new ReplicationProblem('permission-denied', 'gs://b', 'no')
    b.database.restore = () => Promise.reject(problem)
    // It has asked once, in good faith, and hands the lease back.
    await assert.rejects(b.leadership.lead(), problem)
    await a.leadership.lead()
    const epoch = await lastEpoch()
    const wanted = test.mock.method(b.lease, 'requestHandover')
    for (let times = 0; times < 3; times++) {
      await assert.rejects(b.leadership.lead(), problem)
      await sleep(timing.pauseMs * 2 ** (times + 2))
    }
    assert.deepEqual([wanted.mock.callCount(), await lastEpoch()], [0, epoch])
    assert.ok(a.leadership.isLeading)
    b.database.restore = restore
    await b.leadership.lead()
    assert.equal(await b.write(), 2)
    await a.leadership.end()
    await b.leadership.end()
  })

  it('says that the bucket is locked, and goes on reading, where the lease can not be overwritten', async (test) => {
    const { store, start } = scene(test)
    const write = store.write.bind(store)
    store.write = async (name, body, ifGeneration) => {
      if (ifGeneration === null) return write(name, body, ifGeneration)
      throw new ReplicationProblem('bucket-locked', 'gs://b', 'retention')
    }
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    await assert.rejects(durable(a.leadership), { code: 'bucket-locked' })
    await until(() => a.lifecycle.state.name === 'following')
    assert.equal(a.lifecycle.problem?.code, 'bucket-locked')
    await until(async () => !(await a.lease.read()).isHeldByOther)
    await assert.rejects(a.leadership.lead(), { code: 'bucket-locked' })
    assert.equal(countNotes(a.database.open), 1)
    await a.leadership.end()
  })

  for (const [what, prefix] of [
    ['all below the path', ''],
    ['the epochs and then the lease', 'epoch-'],
  ] as const) {
    it(`has everything in the bucket again after somebody deleted ${what}`, async (test) => {
      const { store, start } = scene(test)
      const a = await start('a')
      await a.leadership.lead()
      await a.write()
      await durable(a.leadership)
      await store.remove(prefix)
      await a.write()
      await a.leadership.replication?.durable().catch(() => {})
      await store.remove(leaseName)
      await until(() => a.lifecycle.state.name === 'following')
      await a.leadership.lead()
      assert.equal(await a.write(), 3)
      await durable(a.leadership)
      const b = await start('b')
      await b.leadership.lead()
      assert.equal(await b.write(), 4)
      await a.leadership.end()
      await b.leadership.end()
    })
  }

  it('tells all who ask at once why it could not lead just before', async (test) => {
    const { start } = scene(test)
    const a = await start('a', { pauseMs: 60_000 })
    const problem = new ReplicationProblem('bucket-unreachable', 'gs://b', 'no')
    const acquire = test.mock.method(a.lease, 'acquire', () => Promise.reject(problem))
    for (let times = 0; times < 5; times++) await assert.rejects(a.leadership.lead(), problem)
    assert.equal(acquire.mock.callCount(), 1)
  })

  it('does not follow before Litestream has let go of the file that it hands over', {
    timeout: 10_000,
  }, async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    const unregister = a.litestream.unregister.bind(a.litestream)
    let isBusy = true
    a.litestream.unregister = async (...asked) => {
      if (!isBusy) return unregister(...asked)
      await sleep(1)
      throw new LitestreamBusy(a.database.path)
    }
    const look = a.lease.read.bind(a.lease)
    const b = await start('b')
    const leads = b.leadership.lead()
    await until(() => a.lifecycle.state.name === 'stepping-down')
    // As long as the bucket is away, it may take as long as it wants.
    a.lease.read = () => Promise.reject(new Error('no bucket'))
    await leads
    const ledAtMs = performance.now()
    assert.equal(await b.write(), 2)
    assert.equal(a.lifecycle.state.name, 'stepping-down')
    isBusy = false
    a.lease.read = look
    await until(() => a.lifecycle.state.name === 'following')
    // Its copy is as old as the other's leadership, however late it was closed.
    const sinceMs = performance.now() - ledAtMs
    assert.ok(a.database.ageMs >= sinceMs)
    assert.deepEqual(a.gone, [])
    await b.leadership.end()
  })

  it('hands over within what the end of the process leaves while it drains', async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    await a.leadership.lead()
    await a.write()
    const { replication } = a.leadership
    assert.ok(replication)
    const stop = test.mock.method(replication, 'stop')
    a.lifecycle.drain()
    await b.leadership.lead()
    assert.deepEqual(stop.mock.calls[0]?.arguments, [2_500])
    await b.leadership.end()
  })

  it('renews a copy that could not be renewed no more often than another', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    test.mock.getter(a.database, 'ageMs', () => 60_000)
    const refresh = test.mock.method(a.database, 'refresh', async () => {
      throw new Error('It was brought, and can not be read.')
    })
    const look = test.mock.method(a.lease, 'read')
    a.leadership.refreshInBackground()
    await until(() => refresh.mock.callCount() > 0)
    await sleep(0)
    for (let reads = 0; reads < 3; reads++) a.leadership.refreshInBackground()
    assert.deepEqual([look.mock.callCount(), refresh.mock.callCount()], [1, 1])
  })

  it('ends the renewal of its copy when it is to lead', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    const begun = Promise.withResolvers<void>()
    a.database.refresh = (_, __, unneeded) => {
      begun.resolve()
      return new Promise((_, reject) => {
        unneeded.addEventListener('abort', () => reject(unneeded.reason))
      })
    }
    test.mock.getter(a.database, 'ageMs', () => 60_000)
    a.leadership.refreshInBackground()
    await begun.promise
    await a.leadership.lead()
    assert.equal(await a.write(), 1)
    await a.leadership.end()
  })

  it('begins uploads that hang anew when the bucket answers again', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    await durable(a.leadership)
    const registered = test.mock.method(a.litestream, 'register')
    const late = new DOMException('', 'TimeoutError')
    const hanging = test.mock.method(a.litestream, 'sync', () => Promise.reject(late))
    await assert.rejects(durable(a.leadership))
    const unregister = a.litestream.unregister.bind(a.litestream)
    a.litestream.unregister = (...asked) => {
      hanging.mock.restore()
      return unregister(...asked)
    }
    const failing = test.mock.method(a.lease, 'renew', () => Promise.reject(new Error('no bucket')))
    await until(() => failing.mock.callCount() > 1)
    assert.equal(registered.mock.callCount(), 0)
    failing.mock.restore()
    await until(() => registered.mock.callCount() === 1)
    await a.write()
    await durable(a.leadership)
    await a.leadership.end()
  })

  it('steps down when its lease is gone, and leads again with the same file', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.lifecycle.state.name === 'following')
    Reflect.deleteProperty(a.lease, 'renew')
    await a.leadership.lead()
    assert.equal(await a.write(), 2)
    await durable(a.leadership)
    await a.leadership.end()
  })

  it('goes on with its leadership after a lease that ran out, where nobody has taken it', {
    timeout: 10_000,
  }, async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    await durable(a.leadership)
    const epoch = a.leadership.position?.split('-')[0]
    const away = new ReplicationProblem('bucket-unreachable', 'gs://b', 'no')
    const keep = test.mock.method(a.lease, 'renew', () => Promise.reject(away))
    await until(() => !a.lease.isValid)
    await assert.rejects(a.leadership.lead(), away)
    assert.deepEqual([a.leadership.isLeading, a.lifecycle.state.name], [false, 'leading'])
    const health = a.leadership.replication?.health
    assert.deepEqual(health?.status === 'degraded' && health.problem, away)
    await assert.rejects(durable(a.leadership))
    keep.mock.restore()
    await a.leadership.lead()
    assert.equal(await a.write(), 2)
    await durable(a.leadership)
    assert.equal(a.leadership.replication?.health.status, 'healthy')
    assert.equal(a.leadership.position?.split('-')[0], epoch)
    await a.leadership.end()
  })

  describe('whose lease runs out while an upload takes long', () => {
    /** Has the next upload end only after `meanwhile`, with no renewal before that. */
    const slowly = (test: TestContext, a: Started, meanwhile: () => Promise<unknown>) => {
      const away = new ReplicationProblem('bucket-unreachable', 'gs://b', 'no')
      const keep = test.mock.method(a.lease, 'renew', () => Promise.reject(away))
      const sync = a.litestream.sync.bind(a.litestream)
      test.mock.method(a.litestream, 'sync', async (...asked: Parameters<typeof sync>) => {
        const synced = await sync(...asked)
        await meanwhile()
        keep.mock.restore()
        return synced
      })
    }

    it('acknowledges it where nobody has taken the lease', { timeout: 10_000 }, async (test) => {
      const { start } = scene(test)
      const a = await start('a', { pollMs: 60_000, idlePollMs: 60_000 })
      await a.leadership.lead()
      await a.write()
      await durable(a.leadership)
      slowly(test, a, () => until(() => !a.lease.isValid))
      assert.equal(await a.write(), 2)
      await durable(a.leadership)
      assert.ok(a.leadership.isLeading)
      test.mock.restoreAll()
      await a.leadership.end()
    })

    it('acknowledges nothing where another has taken it', { timeout: 20_000 }, async (test) => {
      const { start } = scene(test)
      const a = await start('a', { pollMs: 60_000, idlePollMs: 60_000 })
      const b = await start('b')
      await a.leadership.lead()
      await a.write()
      await durable(a.leadership)
      slowly(test, a, () => b.leadership.lead())
      await a.write()
      await assert.rejects(durable(a.leadership), { code: 'lease-lost' })
      test.mock.restoreAll()
      await b.leadership.end()
      await a.leadership.end()
    })
  })

  it('steps down after a lease that ran out, where another has taken it', {
    timeout: 10_000,
  }, async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    await a.leadership.lead()
    await a.write()
    await durable(a.leadership)
    const away = new ReplicationProblem('bucket-unreachable', 'gs://b', 'no')
    const keep = test.mock.method(a.lease, 'renew', () => Promise.reject(away))
    await until(() => !a.lease.isValid)
    await b.leadership.lead()
    assert.equal(await b.write(), 2)
    keep.mock.restore()
    await until(() => a.lifecycle.state.name === 'following')
    await b.leadership.end()
    await a.leadership.end()
  })

  it('that wakes up long after its lease ends that leadership before it begins another', {
    timeout: 10_000,
  }, async (test) => {
    const { start } = scene(test)
    // So that it doesn't notice by itself.
    const a = await start('a', { idlePollMs: 60_000 })
    await a.leadership.lead()
    await a.write()
    Object.defineProperty(a.lease, 'isValid', { value: false, configurable: true })
    const again = a.leadership.lead()
    await until(() => a.lifecycle.state.name === 'stepping-down')
    Reflect.deleteProperty(a.lease, 'isValid')
    await again
    assert.equal(await a.write(), 2)
    await durable(a.leadership)
    await a.leadership.end()
  })

  it('does not lead again while Litestream does not let go of its file', {
    timeout: 10_000,
  }, async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    a.litestream.unregister = () => Promise.reject(new LitestreamBusy(a.database.path))
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.gone.length > 0)
    assert.match(String(a.gone[0]), /does not let go/)
    await assert.rejects(a.leadership.lead(), { code: 'lease-lost' })
    await a.leadership.end()
  })

  it('tells the process where it can not step down, whoever waits for that', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    const broken = new Error('no')
    a.database.follow = () => {
      throw broken
    }
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.lifecycle.state.name === 'stepping-down')
    await assert.rejects(a.leadership.lead(), { code: 'lease-lost' })
    assert.deepEqual(a.gone, [broken])
    await a.leadership.end()
  })

  it('waits with its file for a bucket that is away, and leads again when it is back', {
    timeout: 10_000,
  }, async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    const unregister = a.litestream.unregister.bind(a.litestream)
    const read = a.lease.read.bind(a.lease)
    let attempts = 0
    a.litestream.unregister = async () => {
      attempts++
      await sleep(1)
      throw new LitestreamBusy(a.database.path)
    }
    a.lease.read = () => Promise.reject(new Error('no bucket'))
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => attempts > 3)
    assert.deepEqual([a.gone, a.lifecycle.state.name], [[], 'stepping-down'])
    a.litestream.unregister = unregister
    Object.assign(a.lease, { read })
    await until(() => a.lifecycle.state.name === 'following')
    Reflect.deleteProperty(a.lease, 'renew')
    await a.leadership.lead()
    assert.equal(await a.write(), 2)
    await durable(a.leadership)
    await a.leadership.end()
  })

  it('tells the process when Litestream can not begin anew although the bucket answers', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.write()
    await durable(a.leadership)
    const busy = new LitestreamBusy(a.database.path)
    a.litestream.sync = () => Promise.reject(new DOMException('', 'TimeoutError'))
    a.litestream.unregister = async () => {
      await sleep(1)
      throw busy
    }
    const failing = test.mock.method(a.lease, 'renew', () => Promise.reject(new Error('no bucket')))
    await assert.rejects(durable(a.leadership))
    await until(() => failing.mock.callCount() > 1)
    assert.deepEqual(a.gone, [])
    failing.mock.restore()
    await until(() => a.gone.length > 0)
    assert.equal(a.gone[0], busy)
  })

  it('tells the process when Litestream is gone', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    await a.end()
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.gone.length > 0)
    assert.match(String(a.gone[0]), /Litestream does not answer/)
  })

  it('does not lead again once the process is to stop', async (test) => {
    const { store, start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    const ended = a.leadership.end()
    await assert.rejects(a.leadership.lead(), { code: 'lease-lost' })
    await ended
    await assert.rejects(a.leadership.lead(), { code: 'lease-lost' })
    const { epoch, holder } = JSON.parse((await store.read(leaseName))?.body ?? '')
    assert.deepEqual([epoch, holder], [1, null])
  })

  it('gives the lease back when it can not take over', async (test) => {
    const { store, start } = scene(test)
    const a = await start('a')
    const register = a.litestream.register.bind(a.litestream)
    a.litestream.register = () => Promise.reject(new DOMException('', 'TimeoutError'))
    await assert.rejects(a.leadership.lead())
    assert.equal(a.lifecycle.state.name, 'following')
    assert.equal(JSON.parse((await store.read(leaseName))?.body ?? '').holder, null)
    a.litestream.register = register
    await a.leadership.lead()
    assert.equal(await a.write(), 1)
    await a.leadership.end()
  })
})
