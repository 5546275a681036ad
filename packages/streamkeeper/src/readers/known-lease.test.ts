import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LeaseObject } from '../lease/lease-object.ts'
import { KnownLease } from './known-lease.ts'

const holder = { id: 'a', revision: 'r', instance: 'i' }

function lease(epoch: number, restorable: number, held = true): LeaseObject {
  return {
    ...{ version: 1, service: 's', holder: held ? holder : null, epoch, restorable },
    ...{ restoredFrom: 0, obsolete: [], ttlMs: 1, token: '' },
  }
}

describe('What a reader knows of the lease', () => {
  it('is that there is nothing yet, until there is a complete epoch', () => {
    const known = new KnownLease()
    assert.throws(() => known.learn(null), { code: 'no-copy-yet' })
    assert.throws(() => known.learn(lease(1, 0)), { code: 'no-copy-yet' })
    assert.equal(known.learn(lease(1, 1)), 1)
  })

  it('is not that there is nothing where there was a lease', () => {
    const known = new KnownLease()
    known.learn(lease(3, 3))
    assert.throws(() => known.learn(null), { code: 'lease-gone' })
    assert.equal(known.learn(lease(4, 3)), 3)
  })

  for (const old of [lease(2, 2), lease(3, 2), lease(2, 2, false)]) {
    it(`is not what an old one says (${JSON.stringify([old.epoch, old.holder])})`, () => {
      const known = new KnownLease()
      known.learn(lease(3, 3))
      assert.throws(() => known.learn(old), { code: 'lease-older' })
      assert.equal(known.learn(lease(3, 3)), 3)
    })
  }

  it('is which epoch an operator went back to, also where another leads since', () => {
    for (const repaired of [lease(3, 1, false), lease(4, 1)]) {
      const known = new KnownLease()
      known.learn(lease(3, 3))
      assert.equal(known.learn(repaired), 1)
    }
  })
})
