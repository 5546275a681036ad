import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { atOnce } from './at-once.ts'

/** Work that notes what has begun, and how many were under way at most. */
function scene(failing?: number) {
  const begun: number[] = []
  let [underWay, mostUnderWay] = [0, 0]
  const work = async (one: number) => {
    begun.push(one)
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    await setImmediate()
    underWay--
    if (one === failing) throw new TypeError(`${one}`)
  }
  return { begun, work, most: () => mostUnderWay, underWay: () => underWay }
}

describe('Work for several at once', () => {
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9]

  it('is done for each, and for so many at once', async () => {
    const { begun, work, most } = scene()
    await atOnce(3, all, work)
    assert.deepEqual(begun, all)
    assert.equal(most(), 3)
    await atOnce(3, [], work)
  })

  it('is begun for no others once it has failed for one, and what is under way ends', async () => {
    const { begun, work, underWay } = scene(2)
    await assert.rejects(atOnce(3, all, work), TypeError)
    assert.ok(begun.length < 6, `${begun}`)
    assert.equal(underWay(), 0)
  })
})
