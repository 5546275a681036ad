import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Position } from './position.ts'
import { PositionWait } from './position-wait.ts'

/** Those who wait for a copy at epoch 1, transaction 5, and how often a look was to begin early. */
function scene() {
  const state: { position: Position; nowMs: number; rung: number } = {
    ...{ position: { epoch: 1, txid: 5 }, nowMs: 0, rung: 0 },
  }
  const wait = new PositionWait({
    position: () => state.position,
    ring: () => state.rung++,
    clock: () => state.nowMs,
    distrustMs: 1_000,
  })
  const look = (result: 'complete' | 'incomplete' | 'failed') => {
    wait.ended({ startedMs: performance.now(), result })
  }
  return { state, wait, look }
}

const madeUp = { epoch: 1, txid: 999_999 }

describe('Who waits for a position', { timeout: 10_000 }, () => {
  it('waits for nothing where the copy has it', async () => {
    const { state, wait } = scene()
    assert.equal(await wait.reach({ epoch: 1, txid: 5 }, 1_000), 'reached')
    assert.equal(state.rung, 0)
  })

  it('has the next look begin at once, and sees what it brings', async () => {
    const { state, wait, look } = scene()
    const reached = wait.reach({ epoch: 1, txid: 6 }, 1_000)
    assert.equal(state.rung, 1)
    state.position = { epoch: 1, txid: 6 }
    look('complete')
    assert.equal(await reached, 'reached')
  })

  it('is told after one look that found all that it was made up', async () => {
    const { wait, look } = scene()
    const reached = wait.reach(madeUp, 1_000)
    look('complete')
    assert.equal(await reached, 'made-up')
  })

  it('is told nothing by a look that began before, or had to restore', async () => {
    const { wait, look } = scene()
    const startedMs = performance.now() - 1
    const reached = wait.reach(madeUp, 1_000)
    wait.ended({ startedMs, result: 'complete' })
    await Promise.resolve()
    look('incomplete')
    await Promise.resolve()
    look('failed')
    assert.equal(await reached, 'not-yet')
  })

  it('waits no longer than told', async () => {
    assert.equal(await scene().wait.reach(madeUp, 1), 'not-yet')
  })

  it('has no look begin early for a while after somebody made one up, however many ask', async () => {
    const { state, wait, look } = scene()
    const first = Array.from({ length: 1_000 }, () => wait.reach(madeUp, 1_000))
    look('complete')
    assert.deepEqual(new Set(await Promise.all(first)), new Set(['made-up']))
    state.rung = 0
    const second = Array.from({ length: 1_000 }, () => wait.reach(madeUp, 1_000))
    assert.deepEqual([state.rung, wait.isUrgent], [0, false])
    look('complete')
    await Promise.all(second)
    state.nowMs += 1_000
    wait.reach(madeUp, 1)
    assert.equal(state.rung, 1)
  })

  it('is hurried for while what they wait for is known to be there, and only then', async () => {
    const { state, wait, look } = scene()
    const refused = wait.reach(madeUp, 1_000)
    assert.equal(wait.isUrgent, false)
    look('complete')
    await refused
    wait.hear({ epoch: 1, txid: 6 })
    state.rung = 0
    const reached = wait.reach({ epoch: 1, txid: 6 }, 1_000)
    assert.deepEqual([state.rung, wait.isUrgent], [1, true])
    look('complete')
    state.position = { epoch: 1, txid: 6 }
    await Promise.resolve()
    look('complete')
    assert.equal(await reached, 'reached')
    assert.equal(wait.isUrgent, false)
  })
})
