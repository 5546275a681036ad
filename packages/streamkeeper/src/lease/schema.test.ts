import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { Barred } from './barred.ts'
import { Lease, type Seen } from './lease.ts'
import { leaseName } from './lease-object.ts'
import { repair } from './repair.ts'

function scene() {
  const store = new MemoryStore(() => 0)
  return {
    store,
    release: (revision: string, migration: number, barOf?: (seen: Seen) => Barred | null) =>
      new Lease(
        store,
        'memory',
        { id: revision, service: 's', revision, instance: 'i' },
        { migration, ...(barOf && { barOf }) },
      ),
    object: async () => JSON.parse((await store.read(leaseName))?.body ?? 'null'),
    written: async () => (await store.read(leaseName))?.generation,
  }
}

describe('The lease', () => {
  it('says which migration its epoch has once that is what others restore', async () => {
    const { release, object } = scene()
    const one = release('one', 100)
    await one.acquire()
    assert.equal((await object()).schema, undefined)
    await one.publishEpoch(0)
    assert.deepEqual((await object()).schema, { migration: 100, release: 'one' })
    await one.release()
    const two = release('two', 200)
    await two.acquire()
    assert.deepEqual((await object()).schema, { migration: 100, release: 'one' })
    assert.equal((await object()).holder.migration, 200)
    await two.publishEpoch(0)
    assert.deepEqual((await object()).schema, { migration: 200, release: 'two' })
  })

  it('is not even asked for by whoever may not lead', async () => {
    const { release, written } = scene()
    const two = release('two', 200)
    await two.acquire()
    await two.publishEpoch(0)
    await two.release()
    const before = await written()
    const barred = new Barred('older-release', 'older')
    const seen: unknown[] = []
    const one = release('one', 100, ({ lease }) => {
      seen.push(lease.schema)
      return barred
    })
    await assert.rejects(one.acquire(), barred)
    assert.equal(await written(), before)
    assert.deepEqual(seen.at(-1), { migration: 200, release: 'two' })
  })

  it('tells who only looks whether it may lead', async () => {
    const { release } = scene()
    const barred = new Barred('older-release', 'older')
    const answers = [barred, null]
    const one = release('one', 100, () => answers.shift() ?? null)
    assert.equal(one.bar, null)
    await one.read()
    assert.equal(one.bar, barred)
    await one.read()
    assert.equal(one.bar, null)
  })

  it('says so again after a release that does not know of migrations has asked for it', async () => {
    const { release, object, store } = scene()
    const one = release('one', 100)
    await one.acquire()
    await one.publishEpoch(0)
    const { schema, reached, ...known } = await object()
    const stored = await store.read(leaseName)
    const body = JSON.stringify({ ...known, wantedBy: 'before', token: 'before' })
    await store.write(leaseName, body, stored?.generation ?? null)
    assert.equal((await object()).schema, undefined)
    await one.release()
    assert.deepEqual((await object()).schema, schema)
    assert.deepEqual((await object()).reached, reached)
  })

  it('names no migration of an epoch that an operator has chosen', async () => {
    const { release, object, store } = scene()
    const one = release('one', 100)
    await one.acquire()
    await one.publishEpoch(0)
    await one.release()
    await repair(store, { epoch: 0, adopted: 'ltx', service: null })
    assert.equal((await object()).schema, undefined)
  })
})
