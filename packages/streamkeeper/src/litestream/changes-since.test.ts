import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { changesSince, NeedsRestore } from './changes-since.ts'
import { listLtxFiles } from './ltx-files.ts'
import { file } from './plan-test-support.ts'

const fine = () => false

/** A replica of the files; what is in `afterList` happens after each list of it, one a list. */
function scene(...files: ReturnType<typeof file>[]) {
  const store = new MemoryStore()
  for (const { name, size } of files) store.put(name, Buffer.alloc(size))
  const afterList: (() => unknown)[] = []
  let lists = 0
  const list = async () => {
    lists++
    const listed = await listLtxFiles(store)
    await afterList.shift()?.()
    return listed
  }
  const read = async (txid: number, isTooMuch = fine) => {
    const batches = await Array.fromAsync(changesSince(store, txid, list, isTooMuch))
    return batches.map((changes) => changes.map(({ file }) => `${file.min}-${file.max}`))
  }
  return { store, read, afterList, lists: () => lists }
}

describe('The changes since a state', () => {
  const single = (...txids: number[]) => txids.map((txid) => file(0, txid, txid))

  it('are none where the state is the newest, or newer than what is listed', async () => {
    const { read } = scene(...single(1, 2))
    assert.deepEqual(await read(2), [])
    assert.deepEqual(await read(7), [])
  })

  it('are read at most 16 at a time, and 16 MiB, but for a file that is larger', async () => {
    const { read } = scene(...single(1, ...Array.from({ length: 20 }, (_, index) => index + 2)))
    assert.deepEqual(
      (await read(1)).map((some) => some.length),
      [16, 4],
    )
    const [large, small] = [17 * 1024 ** 2, 9 * 1024 ** 2]
    const sizes = scene(file(0, 2, 2, small), file(0, 3, 3, small), file(0, 4, 4, large))
    assert.deepEqual(await sizes.read(1), [['2-2'], ['3-3'], ['4-4']])
  })

  it('are listed again where one is gone, and go on behind what was there', async () => {
    const { store, read, afterList, lists } = scene(...single(1, 2, 3, 4))
    afterList.push(async () => {
      await store.remove(file(0, 3, 3).name)
      store.put(file(1, 3, 4).name, Buffer.alloc(1))
    })
    assert.deepEqual(await read(1), [['2-2'], ['3-4']])
    assert.equal(lists(), 2)
  })

  it('take a restore where three lists in a row have what is gone', async () => {
    let lists = 0
    const list = async () => {
      lists++
      return single(1, 2)
    }
    const changes = changesSince({ bytes: async () => null }, 1, list, fine)
    await assert.rejects(Array.fromAsync(changes), NeedsRestore)
    assert.equal(lists, 3)
  })

  it('take a restore where there is a gap, or too much of them', async () => {
    const { read } = scene(...single(1, 2, 4))
    await assert.rejects(read(1), NeedsRestore)
    const whole = scene(...single(1, 2, 3))
    await assert.rejects(
      whole.read(1, () => true),
      NeedsRestore,
    )
  })
})
