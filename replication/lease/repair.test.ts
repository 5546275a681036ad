import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../store/memory-store.ts'
import { epochName } from './epochs.ts'
import { Lease } from './lease.ts'
import { leaseName } from './lease-object.ts'
import { repair } from './repair.ts'

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

  it('asks for what it can not know', async () => {
    const { store, put } = await scene(3)
    await put('{')
    await assert.rejects(repair(store, { epoch: null, service: 's' }), /--epoch/)
    await assert.rejects(repair(store, { epoch: 3, service: null }), /--service/)
  })

  it('hands the replica over to another service', async () => {
    const { store, lease } = await scene()
    await lease.acquire()
    await repair(store, { epoch: null, service: 'other' })
    await assert.rejects(lease.acquire(), { code: 'other-service' })
    assert.equal(await lease.keep().catch(() => 'lost'), 'lost')
  })
})
