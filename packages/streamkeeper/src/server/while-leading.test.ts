import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { scene, until } from './test-leadership.ts'

/** A job that goes on until it is told to end, and says which run has begun and ended where. */
function recorded(where: string, runs: string[]) {
  return async (signal: AbortSignal) => {
    runs.push(`${where} begins`)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    runs.push(`${where} ends`)
  }
}

describe('A job of the leader', { timeout: 60_000 }, () => {
  it('is done by one instance at a time, whoever leads', async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    const runs: string[] = []
    a.leadership.whileLeading(recorded('a', runs))
    b.leadership.whileLeading(recorded('b', runs))
    assert.deepEqual(runs, [])
    await a.leadership.lead()
    await b.leadership.lead()
    await a.leadership.lead()
    await a.leadership.end()
    assert.deepEqual(runs.slice(0, 3), ['a begins', 'a ends', 'b begins'])
    assert.deepEqual(runs.slice(3), ['b ends', 'a begins', 'a ends'])
    await b.leadership.end()
  })

  it('begins at once where this instance leads already', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    await a.leadership.lead()
    const runs: string[] = []
    a.leadership.whileLeading(recorded('a', runs))
    await until(() => runs.length > 0)
    await a.leadership.end()
    assert.deepEqual(runs, ['a begins', 'a ends'])
  })

  it('writes, and waits for what it wrote to be in the bucket, as a request does', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    const done = Promise.withResolvers<void>()
    a.leadership.whileLeading(async () => {
      await a.write()
      done.resolve(a.leadership.durable())
    })
    await a.leadership.lead()
    await done.promise
    assert.match(a.leadership.position ?? '', /^1-\d+$/)
    await a.leadership.end()
  })

  it('is waited for by a handover, with what it writes when it is told to end', async (test) => {
    const { start } = scene(test)
    const [a, b] = [await start('a'), await start('b')]
    a.leadership.whileLeading(async (signal) => {
      await sleep(60_000, undefined, { signal }).catch(() => {})
      await sleep(50)
      await a.write()
    })
    await a.leadership.lead()
    await b.leadership.lead()
    assert.equal(await b.write(), 2)
    await b.leadership.end()
  })

  it('is told to end when the lease is lost', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    const runs: string[] = []
    a.leadership.whileLeading(recorded('a', runs))
    await a.leadership.lead()
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => runs.includes('a ends'))
    await until(() => a.lifecycle.state.name === 'following')
    Reflect.deleteProperty(a.lease, 'renew')
    await a.leadership.lead()
    await until(() => runs.length === 3)
    await a.leadership.end()
  })

  it('that fails is done again by the next leadership, and disturbs nobody', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    let runs = 0
    const others: string[] = []
    a.leadership.whileLeading(() => {
      runs++
      throw new Error('oh')
    })
    a.leadership.whileLeading(recorded('a', others))
    const said = test.mock.method(process.stdout, 'write')
    await a.leadership.lead()
    await until(() => runs === 1 && others.length === 1)
    await until(() =>
      said.mock.calls.some(({ arguments: [line] }) => /A job .*: oh/.test(String(line))),
    )
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.lifecycle.state.name === 'following')
    Reflect.deleteProperty(a.lease, 'renew')
    await a.leadership.lead()
    await until(() => runs === 2)
    await a.leadership.end()
  })

  it('that goes on all the same has ended before it begins again', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    const ends = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let [begun, over] = [0, 0]
    a.leadership.whileLeading(async () => {
      await ends[begun++]?.promise
      over++
    })
    await a.leadership.lead()
    await until(() => begun === 1)
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.lifecycle.state.name === 'following')
    Reflect.deleteProperty(a.lease, 'renew')
    await a.leadership.lead()
    await sleep(0)
    assert.deepEqual([begun, over], [1, 0])
    ends[0]?.resolve()
    await until(() => begun === 2)
    assert.equal(over, 1)
    ends[1]?.resolve()
    await a.leadership.end()
  })

  it('that was taken away is told to end, and never begins again', async (test) => {
    const { start } = scene(test)
    const a = await start('a')
    const runs: string[] = []
    const remove = a.leadership.whileLeading(recorded('a', runs))
    await a.leadership.lead()
    await until(() => runs.length === 1)
    remove()
    await until(() => runs.length === 2)
    a.lease.renew = () => Promise.resolve('lost')
    await until(() => a.lifecycle.state.name === 'following')
    Reflect.deleteProperty(a.lease, 'renew')
    await a.leadership.lead()
    await a.leadership.end()
    assert.deepEqual(runs, ['a begins', 'a ends'])
  })
})
