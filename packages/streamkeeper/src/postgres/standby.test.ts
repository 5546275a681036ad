import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Database } from './open.ts'
import { Standby } from './standby.ts'

function scene(test: TestContext) {
  test.mock.timers.enable({ apis: ['setInterval'] })
  const lsn: { primary: number | null; standby: number | null } = { primary: 10, standby: 5 }
  const asked = (name: keyof typeof lsn) =>
    ({
      execute: async () => {
        if (lsn[name] === null) throw new Error('It is away.')
        return { rows: [{ lsn: String(lsn[name]) }] }
      },
    }) as unknown as Database
  const standby = new Standby(asked('standby'), asked('primary'))
  const stop = new AbortController()
  test.after(() => stop.abort())
  standby.watch(stop.signal)
  const looks = async () => {
    test.mock.timers.tick(1_000)
    await new Promise(setImmediate)
  }
  return { lsn, standby, looks }
}

describe('A standby', () => {
  it('is as old as the last moment of the primary that it has all of', async (test) => {
    const { lsn, standby, looks } = scene(test)
    await looks()
    assert.equal(standby.ageMs, Number.POSITIVE_INFINITY)
    assert.equal(standby.isFresh, false)
    lsn.standby = 10
    await looks()
    assert.equal(standby.isFresh, true)
  })

  it('is there, and no younger, while the primary is away', async (test) => {
    const { lsn, standby, looks } = scene(test)
    lsn.standby = 10
    await looks()
    await looks()
    assert.equal(standby.isFresh, true)
    lsn.primary = null
    const before = standby.ageMs
    await looks()
    assert.ok(standby.ageMs >= before)
    assert.equal(standby.isThere, true)
    lsn.standby = null
    await looks()
    assert.deepEqual([standby.isThere, standby.isFresh], [false, false])
  })

  it('is looked at anew for who has written, and has what it has replayed', async (test) => {
    const { lsn, standby, looks } = scene(test)
    await looks()
    const position = await standby.written()
    assert.equal(await standby.holds(position), false)
    lsn.standby = 10
    assert.equal(await standby.holds(position), true)
  })

  it('has nothing of a position that nobody could tell', async (test) => {
    const { lsn, standby, looks } = scene(test)
    lsn.standby = 1e12
    await looks()
    lsn.primary = null
    assert.equal(await standby.holds(await standby.written()), false)
  })
})
