import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Lease } from '../lease/lease.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { acquireLease } from './acquire-lease.ts'

function scene() {
  const store = new MemoryStore()
  const lease = (id: string) =>
    new Lease(store, 'm', { id, service: 's', revision: id, instance: id })
  const how = { waitMs: 1, patienceMs: 10_000, isEnding: () => false, beforeAsking: async () => {} }
  return { a: lease('a'), b: lease('b'), how }
}

describe('Who waits for the lease', () => {
  it('asks for it, and has it when whoever holds it has released it', async () => {
    const { a, b, how } = scene()
    await a.acquire()
    const handOver = async () => {
      while ((await a.renew()) !== 'wanted') await setImmediate()
      await a.release()
    }
    const beforeAsking = async () => void handOver()
    const { asked, epoch, before } = await acquireLease(b, 'm', { ...how, beforeAsking })
    assert.deepEqual([asked, epoch, before.isHeldByOther], [true, 2, false])
  })

  it('asks nobody where nobody holds it', async () => {
    const { b, how } = scene()
    const beforeAsking = () => assert.fail('nobody holds it')
    assert.equal((await acquireLease(b, 'm', { ...how, beforeAsking })).asked, false)
  })
})
