import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Lease, type View } from '../replication/lease/lease.ts'
import { MemoryStore } from '../replication/store/memory-store.ts'
import { acquireLease } from './acquire-lease.ts'

function scene() {
  const store = new MemoryStore()
  const lease = (id: string) =>
    new Lease(store, 'm', { id, service: 's', revision: id, instance: id })
  const how = { waitMs: 1, patienceMs: 10_000, isEnding: () => false, beforeAsking: async () => {} }
  return { a: lease('a'), b: lease('b'), how }
}

describe('Who waits for the lease', () => {
  it('is told of each look at it while somebody holds it, and asks for it once', async () => {
    const { a, b, how } = scene()
    await a.acquire()
    const views: View[] = []
    const whileWaiting = (view: View) => {
      views.push(view)
      if (views.length === 3) a.release()
    }
    const { asked, epoch } = await acquireLease(b, 'm', { ...how, whileWaiting })
    assert.deepEqual([asked, epoch], [true, 2])
    assert.ok(views.every(({ isHeld }) => isHeld))
    assert.deepEqual(
      views.slice(0, 3).map(({ lease }) => lease.wantedBy),
      [undefined, 'b', 'b'],
    )
  })

  it('is told of nothing where nobody holds it', async () => {
    const { b, how } = scene()
    const whileWaiting = () => assert.fail('nobody holds it')
    assert.equal((await acquireLease(b, 'm', { ...how, whileWaiting })).asked, false)
  })
})
