import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../store/memory-store.ts'
import { Lease } from './lease.ts'
import type { LeaseObject } from './lease-object.ts'
import { termAt, terms } from './terms.ts'

/** The lease after leaderships that were complete at these times; null is one that never was. */
async function leaseAfter(...completeAt: (number | null)[]): Promise<LeaseObject> {
  const lease = new Lease(new MemoryStore(), 'memory', {
    ...{ id: 'a', service: 's', revision: 'r', instance: 'i' },
  })
  for (const at of completeAt) {
    await lease.acquire()
    if (at !== null) await lease.markRestorable(at)
    await lease.release()
  }
  return (await lease.look()).lease
}

describe('The terms of the epochs', () => {
  it('follow one another, without those that were never complete', async () => {
    const lease = await leaseAfter(null, 100, null, 200)
    assert.deepEqual(terms(lease, 1), [
      { epoch: 0, from: null, until: 100 },
      { epoch: 2, from: 100, until: 200 },
      { epoch: 4, from: 200, until: null },
    ])
  })

  it('say which epoch was the restorable one at a moment', async () => {
    const all = terms(await leaseAfter(100, 200), 1)
    assert.deepEqual(
      [99, 100, 199, 200, 1_000].map((at) => termAt(all, at)?.epoch),
      [0, 1, 1, 2, 2],
    )
  })

  it('go on with what an operator chose', async () => {
    const lease = await leaseAfter(100, 200)
    assert.equal(termAt(terms({ ...lease, restorable: 1 }, 1), 300)?.epoch, 1)
  })

  it('know the epoch before those that were removed', async () => {
    const lease = await leaseAfter(100, 200, 300)
    const obsolete = lease.obsolete.filter(({ upTo }) => upTo > 1)
    assert.equal(termAt(terms({ ...lease, obsolete }, 2), 250)?.epoch, 2)
  })

  it('are told by what is there where an earlier release wrote the lease', async () => {
    const lease = await leaseAfter(100, null, 200, 300)
    const obsolete = lease.obsolete.slice(1).map(({ upTo, since }) => ({ upTo, since }))
    assert.deepEqual(
      terms({ ...lease, obsolete }, 1).map(({ epoch }) => epoch),
      [1, 3, 4],
    )
  })
})
