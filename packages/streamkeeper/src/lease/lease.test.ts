import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ReplicationProblem } from '../stores/problem.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { Lease } from './lease.ts'
import { type LeaseObject, leaseName } from './lease-object.ts'

function scene() {
  let now = 1_000_000
  const store = new MemoryStore(() => now)
  const timing = { ttlMs: 10_000, renewMs: 3_000, storeClockMs: 2_000 }
  // What the clock by which each holds a lease is ahead, as after its machine was suspended.
  let aheadMs = 0
  const instance = (id: string, service = 'visits') =>
    new Lease(
      store,
      'memory',
      { id, service, revision: 'r1', instance: id },
      {
        timing,
        // Started at another time: monotonic clocks of two instances have nothing in common.
        clock: () => now + aheadMs - id.charCodeAt(0) * 1_000_000,
        waitClock: () => now - id.charCodeAt(0) * 2_000_000,
      },
    )
  return {
    store,
    a: instance('a'),
    b: instance('b'),
    instance,
    pass: (ms: number) => {
      now += ms
    },
    /** Sets the wall clocks ahead. */
    setAhead: (ms: number) => {
      aheadMs += ms
    },
    object: async () => JSON.parse((await store.read(leaseName))?.body ?? 'null'),
    /** Changes the object behind everybody's back. */
    async put(body: string) {
      await store.write(leaseName, body, (await store.read(leaseName))?.generation ?? null)
    },
  }
}

async function lead(lease: Lease) {
  const { acquired, epoch } = await lease.acquire()
  assert.ok(acquired)
  await lease.publishEpoch(0)
  return epoch
}

function problem(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ReplicationProblem && error.code === code
}

describe('The lease', () => {
  it('tells its successor how far its replica reached, from each renewal and the release', async () => {
    const { a, b, object, pass } = scene()
    await lead(a)
    a.noteReached({ epoch: 1, txid: 7 })
    pass(3_000)
    await a.renew()
    assert.deepEqual((await object()).reached, { epoch: 1, txid: 7 })
    a.noteReached({ epoch: 1, txid: 9 })
    a.noteReached({ epoch: 1, txid: 8 })
    await a.release()
    assert.deepEqual((await b.acquire()).before.lease.reached, { epoch: 1, txid: 9 })
  })

  it('tells nothing of an epoch that is not complete, nor of one that another leads', async () => {
    const { a, b, object, pass } = scene()
    await lead(a)
    a.noteReached({ epoch: 1, txid: 7 })
    await a.release()
    await b.acquire()
    b.noteReached({ epoch: 1, txid: 8 })
    b.noteReached({ epoch: 2, txid: 3 })
    pass(3_000)
    await b.renew()
    assert.deepEqual((await object()).reached, { epoch: 1, txid: 7 })
    await b.publishEpoch(0)
    assert.deepEqual((await object()).reached, { epoch: 2, txid: 3 })
    b.noteReached({ epoch: 1, txid: 99 })
    await b.release()
    assert.deepEqual((await object()).reached, { epoch: 2, txid: 3 })
  })

  it('begins each leadership at no transaction', async () => {
    const { a, object } = scene()
    await lead(a)
    a.noteReached({ epoch: 1, txid: 7 })
    await a.release()
    await a.acquire()
    await a.publishEpoch(0)
    assert.deepEqual((await object()).reached, { epoch: 2, txid: 0 })
  })

  it('notes what an epoch was begun with, if that is the one before it', async () => {
    const { a, object } = scene()
    await lead(a)
    await a.release()
    await a.acquire()
    await a.publishEpoch(5, { begunWith: { epoch: 1, txid: 7 } })
    await a.release()
    await a.acquire()
    await a.publishEpoch(6, { begunWith: { epoch: 1, txid: 7 } })
    const [, second, third] = (await object()).obsolete
    assert.deepEqual(second, { upTo: 1, since: 5, was: 1, txid: 7 })
    assert.deepEqual(third, { upTo: 2, since: 6, was: 2 })
  })

  it('notes which epochs continue the one before them, and only those', async () => {
    const { a, object } = scene()
    await lead(a)
    for (const begunWith of [{ epoch: 1, txid: 7 }, { epoch: 1, txid: 7 }, null]) {
      await a.release()
      await a.acquire()
      await a.publishEpoch(5, { begunWith, continued: true })
    }
    await a.release()
    await a.acquire()
    await a.publishEpoch(6, { begunWith: { epoch: 4, txid: 9 } })
    const [, second, third, fourth, fifth] = (await object()).obsolete
    assert.deepEqual(second, { upTo: 1, since: 5, was: 1, txid: 7, continued: true })
    assert.deepEqual(third, { upTo: 2, since: 5, was: 2 })
    assert.deepEqual(fourth, { upTo: 3, since: 5, was: 3 })
    assert.deepEqual(fifth, { upTo: 4, since: 6, was: 4, txid: 9 })
  })

  it('stays small, and remembers the oldest epoch, however often it changes hands', async () => {
    const { a, object } = scene()
    for (let number = 0; number < 1_000; number++) {
      await a.acquire()
      await a.publishEpoch(number)
      await a.release()
    }
    const { obsolete } = (await object()) as LeaseObject
    assert.ok(obsolete.length <= 100)
    assert.equal(obsolete[0]?.since, 0)
    assert.equal(obsolete.at(-1)?.upTo, 999)
    const times = obsolete.map(({ since }) => since)
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    )
  })

  it('notes once which epoch took the place of another, also when it is told twice', async () => {
    const { a, b, object } = scene()
    await lead(a)
    await a.release()
    await lead(b)
    const before = await object()
    // As when the answer to the first time was lost.
    await b.publishEpoch(1)
    const { token: _, ...after } = await object()
    assert.deepEqual({ ...after, token: before.token }, before)
  })

  it('is held by one at a time, and each leadership has an epoch of its own', async () => {
    const { a, b } = scene()
    assert.equal(await lead(a), 1)
    assert.equal((await b.acquire()).acquired, false)
    await a.release()
    assert.equal(await lead(b), 2)
    assert.equal((await a.acquire()).acquired, false)
  })

  it('goes to exactly one of those who ask at once', async () => {
    const { instance } = scene()
    const all = ['a', 'b', 'c', 'd'].map((id) => instance(id).acquire())
    const acquired = (await Promise.all(all)).filter((attempt) => attempt.acquired)
    assert.equal(acquired.length, 1)
  })

  it('can be taken at once from a holder that has not renewed for its time and the margins', async () => {
    const { a, b, instance, pass } = scene()
    await lead(a)
    pass(14_000)
    assert.equal((await b.acquire()).acquired, false)
    pass(1)
    assert.equal((await instance('c').acquire()).acquired, true)
  })

  it('can be taken by whoever has seen it unchanged for its time and the margin', async () => {
    const { a, b, pass, store } = scene()
    await lead(a)
    pass(1_000)
    await b.read()
    pass(12_000)
    assert.equal((await b.acquire()).acquired, false)
    // The store's times are in whole seconds: they tell of less.
    const read = store.read.bind(store)
    store.read = async (name) => {
      const stored = await read(name)
      return stored && { ...stored, storeNow: stored.updatedAt + 12_000 }
    }
    pass(1)
    assert.equal((await b.acquire()).acquired, true)
  })

  it('is waited for anew after each renewal, and from when the answer that shows it has come', async () => {
    const { a, b, pass, store } = scene()
    await lead(a)
    await b.read()
    pass(9_000)
    await a.renew()
    const read = store.read.bind(store)
    store.read = async (name) => {
      const stored = await read(name)
      pass(5_000)
      return stored
    }
    await b.read()
    Object.assign(store, { read })
    pass(8_000)
    assert.equal((await b.read()).renewedMsAgo, 13_000)
    assert.ok((await b.read()).isHeldByOther)
    pass(1_000)
    assert.ok((await b.read()).isHeldByOther)
  })

  it('is waited for no longer where whoever waits has asked for it', async () => {
    const { a, b, pass } = scene()
    await lead(a)
    await b.read()
    pass(6_000)
    await b.requestHandover()
    pass(6_001)
    assert.equal((await b.acquire()).acquired, true)
  })

  it('is waited for anew where it was renewed before whoever waits has asked for it', async () => {
    const { a, b, pass } = scene()
    await lead(a)
    await b.read()
    pass(9_000)
    await a.renew()
    await b.requestHandover()
    pass(5_000)
    assert.equal((await b.acquire()).acquired, false)
  })

  it('is not taken any earlier by an instance whose wall clock is set ahead', async () => {
    const { a, b, pass, setAhead } = scene()
    await lead(a)
    await b.read()
    pass(5_000)
    setAhead(3_600_000)
    assert.ok(!a.isValid)
    assert.equal((await b.acquire()).acquired, false)
  })

  it('is waited for by the time that its holder has noted, and not by the own one', async () => {
    const { a, b, pass, object, put } = scene()
    await lead(a)
    await put(JSON.stringify({ ...(await object()), ttlMs: 20_000 }))
    await b.read()
    pass(24_000)
    assert.equal((await b.acquire()).acquired, false)
    pass(1)
    assert.equal((await b.acquire()).acquired, true)
    assert.equal((await object()).ttlMs, 10_000)
  })

  it('ends for its holder before anybody else can take it', async () => {
    const { a, b, pass } = scene()
    await lead(a)
    pass(9_999)
    assert.ok(a.isValid && a.canAcknowledge)
    pass(1)
    assert.ok(!a.isValid && !a.canAcknowledge)
    assert.equal((await b.acquire()).acquired, false)
  })

  it('is renewed when that is due, and only looked at in between', async () => {
    const { a, pass, store } = scene()
    await lead(a)
    const before = (await store.read(leaseName))?.generation
    pass(2_999)
    assert.equal(await a.renew(), 'renewed')
    assert.equal((await store.read(leaseName))?.generation, before)
    pass(1)
    assert.equal(await a.renew(), 'renewed')
    pass(9_000)
    assert.ok(a.isValid)
  })

  it('is renewed instead of looked at where the store is so slow that a look would hold that up', async () => {
    const { a, pass, store } = scene()
    await lead(a)
    const read = store.read.bind(store)
    store.read = async (name) => {
      pass(2_000)
      return read(name)
    }
    await a.renew()
    const before = (await read(leaseName))?.generation
    pass(500)
    await a.renew()
    pass(500)
    assert.notEqual((await read(leaseName))?.generation, before)
  })

  it('goes on for a holder that renews it too late, where nobody has taken it', async () => {
    const { a, b, pass } = scene()
    await lead(a)
    pass(60_000)
    assert.ok(!a.canAcknowledge)
    assert.equal(await a.renew(), 'renewed')
    assert.ok(a.canAcknowledge)
    assert.equal((await b.acquire()).acquired, false)
  })

  it('counts from before the renewal was sent', async () => {
    const { a, pass, store } = scene()
    await lead(a)
    pass(3_000)
    const write = store.write.bind(store)
    store.write = async (...args) => {
      const written = await write(...args)
      pass(4_000)
      return written
    }
    await a.renew()
    pass(5_999)
    assert.ok(a.isValid)
    pass(1)
    assert.ok(!a.isValid)
  })

  it('is lost to whoever took it', async () => {
    const { a, b, pass } = scene()
    await lead(a)
    pass(15_000)
    await lead(b)
    assert.equal(await a.renew(), 'lost')
    assert.ok(!a.isValid)
    assert.equal(await a.release(), null)
    assert.ok(b.isValid)
  })

  it('tells its holder that it is wanted', async () => {
    const { a, b } = scene()
    await lead(a)
    await b.requestHandover()
    assert.equal(await a.renew(), 'wanted')
    await a.release()
    assert.equal(await lead(b), 2)
    assert.equal(await b.renew(), 'renewed')
  })

  it('is not renewed by whoever wants it', async () => {
    const { a, b, pass, instance } = scene()
    await lead(a)
    pass(10_000)
    await b.requestHandover()
    pass(4_001)
    assert.equal((await instance('c').acquire()).acquired, true)
  })

  it('is renewed, released and completed also where it is wanted at that moment', async () => {
    const { a, b, pass } = scene()
    await a.acquire()
    await b.requestHandover()
    await a.publishEpoch(0)
    assert.ok(a.canAcknowledge)
    pass(3_000)
    assert.equal(await a.renew(), 'wanted')
    pass(500)
    assert.equal(await a.renew(), 'wanted')
    pass(9_000)
    assert.ok(a.isValid)
    assert.notEqual(await a.release(), null)
    assert.equal((await b.acquire()).acquired, true)
  })

  it('acknowledges nothing before its epoch is complete, nor once it is being released', async () => {
    const { a } = scene()
    await a.acquire()
    assert.ok(a.isValid && !a.canAcknowledge)
    await a.publishEpoch(0)
    assert.ok(a.canAcknowledge)
    const released = a.release()
    assert.ok(!a.canAcknowledge)
    await released
  })

  it('leaves the restorable epoch as it was when a leadership ends before its own is complete', async () => {
    const { a, b, object } = scene()
    await lead(a)
    await a.release()
    await b.acquire()
    await b.release()
    assert.equal((await object()).restorable, 1)
    assert.equal((await object()).epoch, 2)
    assert.equal(await lead(a), 3)
    assert.equal((await object()).restorable, 3)
  })

  it('is taken back at once by the instance that it was not able to renew', async () => {
    const { a, pass } = scene()
    await lead(a)
    pass(60_000)
    assert.ok(!a.isValid)
    const { acquired, before } = await a.acquire()
    assert.ok(acquired)
    assert.equal(before.lease.holder?.id, 'a')
  })
})

describe('A lease that can not be used', () => {
  it('is refused when it is damaged', async () => {
    const { a, put } = scene()
    await put('{"version": 1')
    await assert.rejects(a.acquire(), problem('lease-damaged'))
    await put('{"version": 1, "epoch": -1}')
    await assert.rejects(a.acquire(), problem('lease-damaged'))
  })

  it('is refused when a newer release wrote it', async () => {
    const { a, put } = scene()
    await put('{"version": 2, "whatever": true}')
    await assert.rejects(a.acquire(), problem('lease-newer'))
  })

  it('is refused when it is of another service, also after that one has released it', async () => {
    const { a, instance } = scene()
    await lead(a)
    await assert.rejects(instance('x', 'other').acquire(), problem('other-service'))
    await a.release()
    await assert.rejects(instance('x', 'other').acquire(), problem('other-service'))
  })

  it('is lost when somebody deletes it', async () => {
    const { a, store } = scene()
    await lead(a)
    await store.remove(leaseName)
    assert.equal(await a.renew(), 'lost')
  })
})

describe('A replica without a lease', () => {
  it('is none in an empty bucket', async () => {
    const { a } = scene()
    const { before, epoch } = await a.acquire()
    assert.deepEqual([before.lease.epoch, before.lease.restorable, epoch], [0, 0, 1])
  })

  it('is continued when it has no epochs', async () => {
    const { a, store } = scene()
    await store.write('ltx/0/x', '', null)
    assert.equal((await a.acquire()).epoch, 1)
  })

  for (const [name, isEmpty] of [
    ['ltx/0/x', false],
    ['epoch-00000007/ltx/0/x', false],
    ['something-else', true],
  ] as const) {
    it(`${isEmpty ? 'does not exist' : 'exists'} where there is ${name}`, async () => {
      const { a, store } = scene()
      await store.write(name, '', null)
      assert.equal((await a.read()).isEmpty, isEmpty)
      await a.acquire()
      assert.equal((await a.read()).isEmpty, false)
    })
  }

  for (const layout of ['ltx', 'generations']) {
    it(`is noted in the first lease where it is below ${layout}/`, async () => {
      const { a, b, store, object } = scene()
      await store.write(`${layout}/x`, '', null)
      await a.acquire()
      assert.equal((await object()).adopted, layout)
      await a.release()
      await store.remove(`${layout}/`)
      await store.write(`${layout === 'ltx' ? 'generations' : 'ltx'}/x`, '', null)
      assert.equal((await b.read()).lease.adopted, layout)
    })
  }

  it('is found by a lease of an earlier release, which did not note it', async () => {
    const { a, put, store } = scene()
    await put(
      JSON.stringify({
        ...{ version: 1, service: 'visits', holder: null, epoch: 1 },
        ...{ restorable: 0, ttlMs: 1, token: '' },
      }),
    )
    await store.write('generations/x', '', null)
    assert.equal((await a.read()).lease.adopted, 'generations')
  })

  it('is continued when it has one epoch', async () => {
    const { a, store } = scene()
    await store.write('epoch-00000007/ltx/0/x', '', null)
    const { before, epoch } = await a.acquire()
    assert.deepEqual([before.lease.restorable, epoch], [7, 8])
  })

  for (const [what, names, code] of [
    ['has several epochs', ['epoch-00000007/ltx/x', 'epoch-00000008/ltx/x'], 'replica-ambiguous'],
    ['has an epoch and a replica without', ['ltx/x', 'epoch-00000001/ltx/x'], 'replica-ambiguous'],
    [
      'has an epoch and one of Litestream 0.3',
      ['generations/x', 'epoch-00000001/ltx/x'],
      'replica-ambiguous',
    ],
  ] as const) {
    it(`is refused when it ${what}`, async () => {
      const { a, store } = scene()
      for (const name of names) await store.write(name, '', null)
      await assert.rejects(a.acquire(), problem(code))
      assert.equal(await store.read(leaseName), null)
    })
  }
})
