import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../store/memory-store.ts'
import { epochName, listEpochs } from './epochs.ts'
import type { LeaseObject } from './lease-object.ts'
import { removeCovered, removeObsolete } from './retention.ts'

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

describe('The retention of single uploads', () => {
  const hex = (txid: number) => txid.toString(16).padStart(16, '0')
  const upload = (txid: number) => `${epochName(9)}/ltx/0/${hex(txid)}-${hex(txid)}.ltx`
  const snapshot = (txid: number) => `${epochName(9)}/ltx/9/${hex(1)}-${hex(txid)}.ltx`

  async function left({ snapshots, hours }: { snapshots: number[]; hours: number }) {
    const store = new MemoryStore()
    for (const txid of [1, 255, 256, 511, 512, 700]) await store.write(upload(txid), '', null)
    for (const txid of snapshots) await store.write(snapshot(txid), '', null)
    const [{ at } = { at: 0 }] = await store.list('')
    await removeCovered(store, 9, at + hours * hour, 24 * hour)
    const names = (await store.list(`${epochName(9)}/ltx/0/`)).map(({ name }) => name)
    return [1, 255, 256, 511, 512, 700].filter((txid) => names.includes(upload(txid)))
  }

  it('removes what the oldest snapshot covers, some of it later', async () => {
    assert.deepEqual(await left({ snapshots: [600, 700], hours: 25 }), [512, 700])
  })

  it('removes nothing that a snapshot doesn’t cover to its end', async () => {
    assert.deepEqual(await left({ snapshots: [510], hours: 25 }), [256, 511, 512, 700])
  })

  it('removes nothing without a snapshot, and nothing that is young', async () => {
    assert.equal((await left({ snapshots: [], hours: 25 })).length, 6)
    assert.equal((await left({ snapshots: [700], hours: 23 })).length, 6)
  })
})
