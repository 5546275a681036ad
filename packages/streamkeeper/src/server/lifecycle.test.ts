import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Lifecycle } from './lifecycle.ts'

describe('A request', () => {
  it('waits while the process starts, and is let in when that has ended', async () => {
    const lifecycle = new Lifecycle()
    const waiting = lifecycle.settled(60_000)
    lifecycle.enter({ name: 'starting', step: 'restore', problem: null })
    lifecycle.enter({ name: 'following', problem: null })
    assert.equal((await waiting).name, 'following')
  })

  it('is told at once what is wrong', async () => {
    const lifecycle = new Lifecycle()
    const waiting = lifecycle.settled(60_000)
    const problem = { code: 'bucket-unreachable', message: '' }
    lifecycle.enter({ name: 'starting', step: 'restore', problem })
    assert.deepEqual(await waiting, { name: 'starting', step: 'restore', problem })
  })

  it('is told where the start takes longer than it can wait', async () => {
    assert.equal((await new Lifecycle().settled(1)).name, 'starting')
  })

  it('sets no timer once the process has started', async (test) => {
    const lifecycle = new Lifecycle()
    lifecycle.enter({ name: 'following', problem: null })
    const timeout = test.mock.method(AbortSignal, 'timeout')
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const settled = lifecycle.settled(30_000)
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    assert.deepEqual([timeout.mock.callCount(), after], [0, timers])
    await settled
  })

  it('that waits beside a thousand others warns of nothing', async (test) => {
    const warned = test.mock.method(process, 'emitWarning', () => {})
    const lifecycle = new Lifecycle()
    const waiting = Array.from({ length: 1_000 }, () => lifecycle.settled(60_000))
    lifecycle.enter({ name: 'following', problem: null })
    await Promise.all(waiting)
    assert.equal(warned.mock.callCount(), 0)
  })
})
