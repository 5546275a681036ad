import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { Lease } from '../lease/lease.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { takeLease, whileKeeping } from './hold-lease.ts'

const timing = { waitMs: 1, pollMs: 1, patienceMs: 20 }
const never = new AbortController().signal

function scene() {
  const store = new MemoryStore()
  const lease = (id: string) =>
    new Lease(store, 'memory', { id, service: 's', revision: id, instance: 'i' })
  return { store, a: lease('a'), b: lease('b') }
}

describe('Taking the lease', () => {
  it('asks whoever holds it once, and has it when they hand it over', async () => {
    const { a, b } = scene()
    await a.acquire()
    const told: string[] = []
    const taken = takeLease(b, { ...timing, patienceMs: 5_000 }, never, (who) => told.push(who))
    while ((await a.renew()) !== 'wanted');
    await a.release()
    assert.equal((await taken).epoch, 2)
    assert.deepEqual(told, ['a i'])
  })

  it('gives up in the end, and leaves the lease to its holder', async () => {
    const { a, b } = scene()
    await a.acquire()
    await assert.rejects(
      takeLease(b, timing, never, () => {}),
      /a i leads, and did not hand over/,
    )
    assert.notEqual(await a.renew(), 'lost')
  })
})

describe('Keeping the lease', () => {
  it('goes on although others ask for it', async () => {
    const { a, b } = scene()
    await a.acquire()
    await b.requestHandover()
    assert.equal(await whileKeeping(a, timing, never, async () => 'done'), 'done')
    assert.equal(a.isValid, true)
  })

  it('ends the work when the lease is lost', async () => {
    const { store, a } = scene()
    await a.acquire()
    const work = (signal: AbortSignal) => once(signal, 'abort')
    const kept = whileKeeping(a, timing, never, async (signal) => {
      await store.remove('lease.json')
      await work(signal)
      throw new Error('aborted')
    })
    await assert.rejects(kept, /The lease was lost/)
  })
})
