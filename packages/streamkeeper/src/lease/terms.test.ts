import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { Lease } from './lease.ts'
import type { LeaseObject } from './lease-object.ts'
import { type Kept, termAt, terms } from './terms.ts'

/** The lease after leaderships that were complete at these times; null is one that never was. */
async function leaseAfter(...completeAt: (number | null)[]): Promise<LeaseObject> {
  const lease = new Lease(new MemoryStore(), 'memory', {
    ...{ id: 'a', service: 's', revision: 'r', instance: 'i' },
  })
  for (const at of completeAt) {
    await lease.acquire()
    if (at !== null) await lease.publishEpoch(at)
    await lease.release()
  }
  return (await lease.read()).lease
}

/** The bucket has this epoch, and nothing else that matters. */
function from(epoch: number): Kept[] {
  return [{ epoch, first: { txid: 1, at: 0 }, last: { at: 0 } }]
}

const often = Array.from({ length: 400 }, (_, index) => (index + 1) * 1_000)

/** Each epoch with its first transaction when it became the restorable one, and a change just before its end. */
const all: Kept[] = often.map((at, index) => {
  return { epoch: index + 1, first: { txid: 1, at }, last: { at: at + 900 } }
})

describe('The terms of the epochs', () => {
  it('follow one another, without those that were never complete', async () => {
    const lease = await leaseAfter(null, 100, null, 200)
    assert.deepEqual(terms(lease, from(1)), [
      { epoch: 0, from: null, until: 100 },
      { epoch: 2, from: 100, until: 200 },
      { epoch: 4, from: 200, until: null },
    ])
  })

  it('say which epoch was the restorable one at a moment', async () => {
    const all = terms(await leaseAfter(100, 200), from(1))
    assert.deepEqual(
      [99, 100, 199, 200, 1_000].map((at) => termAt(all, at)?.epoch),
      [0, 1, 1, 2, 2],
    )
  })

  it('go on with what an operator chose', async () => {
    const lease = await leaseAfter(100, 200)
    assert.equal(termAt(terms({ ...lease, restorable: 1 }, from(1)), 300)?.epoch, 1)
  })

  it('know the epoch before those that were removed', async () => {
    const lease = await leaseAfter(100, 200, 300)
    const obsolete = lease.obsolete.filter(({ upTo }) => upTo > 1)
    assert.equal(termAt(terms({ ...lease, obsolete }, from(2)), 250)?.epoch, 2)
  })

  it('are told by what is there where an earlier release wrote the lease', async () => {
    const lease = await leaseAfter(100, null, 200, 300)
    const obsolete = lease.obsolete.slice(1).map(({ upTo, since }) => ({ upTo, since }))
    assert.deepEqual(
      terms({ ...lease, obsolete }, from(1)).map(({ epoch }) => epoch),
      [1, 3, 4],
    )
  })

  it('are told by the bucket where the lease has changed hands too often to know them all', async () => {
    const lease = await leaseAfter(...often)
    assert.ok(lease.obsolete.length < often.length)
    assert.deepEqual(
      terms(lease, all).map(({ epoch, from }) => [epoch, from]),
      [[0, null], ...often.map((at, index) => [index + 1, at])],
    )
  })

  it('give no moment to the epoch before where the beginning of the next is removed', async () => {
    const lease = await leaseAfter(...often)
    const known = lease.obsolete.map(({ was }) => was)
    const epoch = all.findIndex((_, index) => index > 0 && !known.includes(index + 1)) + 1
    const cut = all.map((kept) =>
      kept.epoch === epoch ? { ...kept, first: { txid: 7, at: epoch * 1_000 + 500 } } : kept,
    )
    assert.equal(termAt(terms(lease, cut), epoch * 1_000 + 100)?.epoch, epoch)
    assert.equal(termAt(terms(lease, cut), epoch * 1_000 - 200)?.epoch, epoch - 1)
  })

  it('give no moment before its beginning to an epoch that continued the one before', async () => {
    const lease = await leaseAfter(...often)
    const known = lease.obsolete.map(({ was }) => was)
    const epoch = all.findIndex((_, index) => index > 0 && !known.includes(index + 1)) + 1
    // Copied with all the others from the first epoch: the first transaction, and its time.
    const continued = all.map((kept) => ({ ...kept, first: { txid: 1, at: 1_000 } }))
    const termOf = (at: number) => termAt(terms(lease, continued), at)?.epoch
    assert.equal(termOf(epoch * 1_000 - 500), epoch - 1)
    assert.equal(termOf(epoch * 1_000 + 100), epoch)
  })

  it('follow one another without a gap, whatever is left in the bucket', async () => {
    const lease = await leaseAfter(...often)
    fc.assert(
      fc.property(fc.subarray(all), (kept) => {
        const found = terms(lease, kept)
        for (const [index, { until }] of found.entries()) {
          const next = found[index + 1]
          assert.equal(until, next ? next.from : null)
          assert.ok(!next || until === null || (found[index]?.from ?? 0) <= until)
        }
        assert.equal(found.at(-1)?.epoch, lease.restorable)
      }),
      { numRuns: 50 },
    )
  })
})
