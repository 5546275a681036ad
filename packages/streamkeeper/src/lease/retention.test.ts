import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { epochName, listEpochs } from '../stores/epochs.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import type { LeaseObject } from './lease-object.ts'
import { isCompacting, removeCompacted, removeObsolete } from './retention.ts'

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

describe('The retention of what was compacted', () => {
  const hex = (txid: number) => txid.toString(16).padStart(16, '0')
  const file = (level: number, [min, max]: readonly [number, number]) =>
    `${epochName(9)}/ltx/${level}/${hex(min)}-${hex(max)}.ltx`
  const ofLevel1 = [
    [1, 200],
    [201, 255],
    [256, 300],
    [301, 520],
    [521, 700],
  ] as const

  /** The last transactions of the files of level 1 that are left. */
  async function left({
    level2 = [[1, 700]],
    hours = 2,
  }: {
    level2?: [number, number][]
    hours?: number
  }) {
    const store = new MemoryStore()
    for (const range of ofLevel1) await store.write(file(1, range), '', null)
    for (const range of level2) await store.write(file(2, range), '', null)
    for (const level of [0, 3, 9]) await store.write(file(level, [1, 200]), '', null)
    const [{ at } = { at: 0 }] = await store.list('')
    await removeCompacted(store, 9, at + hours * hour, hour)
    for (const level of [0, 3, 9]) assert.notEqual(await store.read(file(level, [1, 200])), null)
    const names = (await store.list('')).map(({ name }) => name)
    return ofLevel1.filter((range) => names.includes(file(1, range))).map(([, max]) => max)
  }

  it('removes what a file of the next level holds, and keeps the newest one', async () => {
    assert.deepEqual(await left({}), [700])
  })

  it('removes nothing that is young', async () => {
    assert.equal((await left({ hours: 0.5 })).length, ofLevel1.length)
  })

  it('removes nothing that is not compacted yet', async () => {
    assert.deepEqual(await left({ level2: [[1, 300]] }), [300, 520, 700])
    assert.equal((await left({ level2: [] })).length, ofLevel1.length)
  })

  it('removes nothing that lies in a gap of the next level, though that goes on behind it', async () => {
    const level2: [number, number][] = [
      [1, 255],
      [301, 700],
    ]
    assert.ok((await left({ level2 })).includes(300))
  })

  it('removes nothing that two files of the next level hold in part', async () => {
    const level2: [number, number][] = [
      [1, 100],
      [101, 700],
    ]
    assert.ok((await left({ level2 })).includes(200))
  })
})

describe('Whether Litestream compacts', () => {
  const upload = (txid: string) => `${epochName(9)}/ltx/0/${txid.repeat(16)}-${txid.repeat(16)}.ltx`
  const compacted = `${epochName(9)}/ltx/1/${'1'.repeat(16)}-${'2'.repeat(16)}.ltx`

  async function saysAfter(hours: number, ...names: string[]) {
    const store = new MemoryStore()
    for (const name of names) await store.write(name, '', null)
    const [{ at } = { at: 0 }] = await store.list('')
    return isCompacting(store, 9, at + hours * hour, hour)
  }

  it('is so where all that is old was compacted, and where nothing is there', async () => {
    assert.ok(await saysAfter(2, upload('1'), upload('2'), compacted))
    assert.ok(await saysAfter(2))
  })

  it('is not so where something is old that was not', async () => {
    assert.equal(await saysAfter(2, upload('1'), upload('3'), compacted), false)
    assert.equal(await saysAfter(2, upload('1')), false)
  })

  it('is so while that is young', async () => {
    assert.ok(await saysAfter(0.5, upload('3'), compacted))
  })
})
