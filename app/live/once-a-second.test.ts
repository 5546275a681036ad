import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onceASecond } from './once-a-second.ts'

describe('What is read once a second', () => {
  it('is read once, however many ask, and anew a second later', async () => {
    let [now, reads] = [0, 0]
    const ask = onceASecond(
      async () => ++reads,
      () => now,
    )
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), [1, 1, 1])
    now = 999
    assert.equal(await ask(), 1)
    now = 1_000
    assert.equal(await ask(), 2)
  })

  it('is read anew at once where that has failed', async () => {
    let reads = 0
    const ask = onceASecond(
      async () => {
        if (++reads === 1) throw new Error('The database was away.')
        return reads
      },
      () => 0,
    )
    await assert.rejects(ask())
    assert.equal(await ask(), 2)
  })
})
