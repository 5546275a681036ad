import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Lease } from '../lease/lease.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { acquireLease } from './take-over.ts'

function scene() {
  const store = new MemoryStore()
  const lease = (id: string) =>
    new Lease(store, 'm', { id, service: 's', revision: id, instance: id })
  const acquire = (lease: Lease, beforeAsking: () => Promise<void>) => {
    const timing = { waitMs: 1, patienceMs: 10_000 }
    return acquireLease({ lease, base: 'm', timing }, () => false, beforeAsking)
  }
  return { a: lease('a'), b: lease('b'), acquire }
}

describe('Who waits for the lease', () => {
  it('asks for it, and has it when whoever holds it has released it', async () => {
    const { a, b, acquire } = scene()
    await a.acquire()
    const handOver = async () => {
      while ((await a.renew()) !== 'wanted') await setImmediate()
      await a.release()
    }
    const beforeAsking = async () => void handOver()
    const { asked, epoch, before } = await acquire(b, beforeAsking)
    assert.deepEqual([asked, epoch, before.isHeldByOther], [true, 2, false])
  })

  it('asks nobody where nobody holds it', async () => {
    const { b, acquire } = scene()
    const beforeAsking = () => assert.fail('nobody holds it')
    assert.equal((await acquire(b, beforeAsking)).asked, false)
  })
})
