import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { epochName } from '../stores/epochs.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { Lease } from './lease.ts'
import { leaseName, readLease } from './lease-object.ts'
import { refuseHeld, repair } from './repair.ts'

async function scene(...epochs: number[]) {
  const store = new MemoryStore()
  for (const epoch of epochs) {
    await store.write(
      `${epochName(epoch)}/ltx/0/${'0'.repeat(15)}1-${'0'.repeat(15)}1.ltx`,
      '',
      null,
    )
  }
  const lease = new Lease(store, 'memory', { id: 'a', service: 's', revision: 'r', instance: 'i' })
  const put = async (body: string) =>
    store.write(leaseName, body, (await store.read(leaseName))?.generation ?? null)
  return { store, lease, put }
}

describe('The lease command', () => {
  it('chooses an epoch where there are several, and gives none of them out again', async () => {
    const { store, lease } = await scene(3, 4)
    await assert.rejects(lease.acquire())
    await repair(store, { epoch: 3, service: 's' })
    const { before, epoch } = await lease.acquire()
    assert.deepEqual([before.lease.restorable, epoch], [3, 5])
  })

  it('refuses an epoch that has no beginning', async () => {
    const { store } = await scene(3)
    await store.write('epoch-00000004/ltx/0/x', '', null)
    await assert.rejects(
      repair(store, { epoch: 4, service: 's' }),
      /epoch-00000004 is not complete/,
    )
  })

  it('refuses an epoch whose copy was cut off', async () => {
    const { store } = await scene(3, 4)
    const end = '9'.padStart(16, '0')
    await store.write(`epoch-00000004/ltx/0/${end}-${end}.ltx`, '', null)
    const chosen = repair(store, { epoch: 4, service: 's' })
    await assert.rejects(chosen, /epoch-00000004 is not complete/)
  })

  it('asks for what it can not know', async () => {
    const { store, put } = await scene(3)
    await put('{')
    await assert.rejects(repair(store, { epoch: null, service: 's' }), /--epoch/)
    await assert.rejects(repair(store, { epoch: 3, service: null }), /--service/)
  })

  it('hands the replica over to another service', async () => {
    const { store, lease } = await scene()
    await lease.acquire()
    await repair(store, { epoch: null, service: 'other', force: true })
    await assert.rejects(lease.acquire(), { code: 'other-service' })
    assert.equal(await lease.renew().catch(() => 'lost'), 'lost')
  })

  it('does not take the lease from whoever leads, unless told', async () => {
    const { store, lease } = await scene(3)
    await lease.acquire()
    const before = await store.read(leaseName)
    await assert.rejects(repair(store, { epoch: 3, service: null }), /^Error: r i leads: .+--force/)
    await assert.rejects(refuseHeld(store), /--force/)
    assert.deepEqual((await store.read(leaseName))?.body, before?.body)
    await lease.release()
    await refuseHeld(store)
    await repair(store, { epoch: 3, service: null })
  })

  it('forgets what was known of another epoch, and of nothing else', async () => {
    const { store, put } = await scene(3, 4)
    const known = { reached: { epoch: 4, txid: 9 }, schema: { migration: 1, release: 'r' } }
    const lease = {
      ...{ version: 1, service: 's', holder: null, epoch: 4, restorable: 4, ttlMs: 1, token: '' },
      ...known,
    }
    await put(JSON.stringify(lease))
    const read = async () => readLease((await store.read(leaseName))?.body ?? '').lease
    await repair(store, { epoch: null, service: 'other' })
    const handed = await read()
    assert.deepEqual({ reached: handed?.reached, schema: handed?.schema }, known)
    await repair(store, { epoch: 3, service: null })
    const chosen = await read()
    assert.deepEqual(
      [chosen?.restorable, chosen?.reached, chosen?.schema],
      [3, undefined, undefined],
    )
  })

  it('chooses a replica without epochs only where there is one', async () => {
    const { store } = await scene(3)
    await assert.rejects(repair(store, { epoch: 0, service: 's' }), /no replica without epochs/)
    await repair(store, { epoch: 0, adopted: 'generations', service: 's' })
    const { lease } = readLease((await store.read(leaseName))?.body ?? '')
    assert.deepEqual([lease?.restorable, lease?.adopted, lease?.epoch], [0, 'generations', 3])
  })
})
