import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { inRestorable } from './continues.ts'
import { Lease, type Reached } from './lease.ts'
import { repair } from './repair.ts'

function scene() {
  const store = new MemoryStore()
  const lease = new Lease(store, 'memory', { id: 'a', service: 's', revision: 'r', instance: 'i' })
  return {
    store,
    /** A leadership whose epoch continues the restorable one from `txid` on; null uploads in full. */
    async lead(txid: number | null) {
      const { before } = await lease.acquire()
      // What is uploaded in full has begun with a state as well, which has other numbers there.
      const begunWith = { epoch: before.lease.restorable, txid: txid ?? 99 }
      await lease.publishEpoch(0, { begunWith, continued: txid !== null })
      await lease.release()
    },
    /** A leadership whose epoch was never complete. */
    async fail() {
      await lease.acquire()
      await lease.release()
    },
    /** The transaction of the restorable epoch that is the same state. */
    async same(state: Reached) {
      return inRestorable((await lease.read()).lease, state)
    },
  }
}

describe('A state of the bucket', () => {
  it('is itself in the restorable epoch', async () => {
    const { lead, same } = scene()
    await lead(null)
    assert.deepEqual(await same({ epoch: 1, txid: 99 }), { epoch: 1, txid: 99 })
  })

  it('is the same one in the epochs that continued its own', async () => {
    const { lead, fail, same } = scene()
    await lead(null)
    await lead(7)
    await fail()
    await lead(9)
    assert.deepEqual(await same({ epoch: 1, txid: 7 }), { epoch: 4, txid: 7 })
    assert.deepEqual(await same({ epoch: 1, txid: 3 }), { epoch: 4, txid: 3 })
    assert.deepEqual(await same({ epoch: 2, txid: 9 }), { epoch: 4, txid: 9 })
  })

  it('is none of the restorable epoch where it is newer than what was continued', async () => {
    const { lead, same } = scene()
    await lead(null)
    await lead(7)
    await lead(9)
    assert.equal(await same({ epoch: 1, txid: 8 }), null)
    assert.equal(await same({ epoch: 2, txid: 10 }), null)
  })

  it('is none of the restorable epoch where an epoch since was uploaded in full', async () => {
    const { lead, same } = scene()
    await lead(null)
    await lead(7)
    await lead(null)
    await lead(3)
    assert.equal(await same({ epoch: 1, txid: 1 }), null)
    assert.equal(await same({ epoch: 2, txid: 1 }), null)
    assert.deepEqual(await same({ epoch: 3, txid: 1 }), { epoch: 4, txid: 1 })
  })

  it('is none of the restorable epoch where its own was never complete, or never was', async () => {
    const { lead, fail, same } = scene()
    await lead(null)
    await fail()
    await lead(7)
    assert.equal(await same({ epoch: 2, txid: 1 }), null)
    assert.equal(await same({ epoch: 9, txid: 1 }), null)
    assert.equal(await same({ epoch: 0, txid: 0 }), null)
  })

  it('is none of an epoch that an operator has chosen instead of its own', async () => {
    const { store, lead, same } = scene()
    await lead(null)
    await lead(7)
    await store.write('epoch-00000001/ltx/0/0000000000000001-0000000000000001.ltx', '', null)
    await repair(store, { epoch: 1, service: null })
    assert.equal(await same({ epoch: 2, txid: 3 }), null)
    await lead(5)
    assert.deepEqual(await same({ epoch: 1, txid: 5 }), { epoch: 3, txid: 5 })
    assert.equal(await same({ epoch: 1, txid: 6 }), null)
    assert.equal(await same({ epoch: 2, txid: 3 }), null)
  })

  it('is none of the restorable epoch where the lease has forgotten what was continued', async () => {
    const { lead, same } = scene()
    for (let number = 0; number < 300; number++) await lead(number)
    assert.equal(await same({ epoch: 1, txid: 1 }), null)
    assert.deepEqual(await same({ epoch: 299, txid: 1 }), { epoch: 300, txid: 1 })
  })
})
