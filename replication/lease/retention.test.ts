import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../store/memory-store.ts'
import { epochName, listEpochs } from './epochs.ts'
import type { LeaseObject } from './lease-object.ts'
import { removeObsolete } from './retention.ts'

const hour = 3_600_000

async function storeWith(...epochs: number[]) {
  const store = new MemoryStore()
  for (const epoch of epochs) await store.write(`${epochName(epoch)}/ltx/0/x`, '', null)
  return store
}

function lease(changes: Partial<LeaseObject>): LeaseObject {
  return {
    ...{ version: 1, service: 's', holder: null, epoch: 9, restorable: 9, restoredFrom: 8 },
    ...{ obsolete: [], ttlMs: 1, token: '', ...changes },
  }
}

describe('The retention of epochs', () => {
  it('removes those that were not needed for long, and keeps the others', async () => {
    const store = await storeWith(1, 2, 3, 8, 9)
    const obsolete = [
      { upTo: 2, since: 0 },
      { upTo: 3, since: 10 * hour },
    ]
    assert.equal(await removeObsolete(store, lease({ obsolete }), 25 * hour, 24 * hour), 2)
    assert.deepEqual(await listEpochs(store), [3, 8, 9])
  })

  it('keeps the restorable epoch and the one that it was begun from, however old', async () => {
    const store = await storeWith(7, 8, 9)
    const obsolete = [{ upTo: 9, since: 0 }]
    assert.equal(await removeObsolete(store, lease({ obsolete }), 99 * hour, 24 * hour), 7)
    assert.deepEqual(await listEpochs(store), [8, 9])
  })

  it('removes nothing while all is recent', async () => {
    const store = await storeWith(7, 8, 9)
    const obsolete = [{ upTo: 8, since: 0 }]
    assert.equal(await removeObsolete(store, lease({ obsolete }), 23 * hour, 24 * hour), null)
    assert.deepEqual(await listEpochs(store), [7, 8, 9])
  })
})
