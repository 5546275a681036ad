import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Database } from './open.ts'
import { Standby } from './standby.ts'
import { withPostgres } from './test-support.ts'

function scene(test: TestContext) {
  test.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  const lsn: { primary: number | null; standby: number | null } = { primary: 10, standby: 5 }
  const data = { primary: 'a', standby: 'a' }
  const frozen = new Set<keyof typeof lsn>()
  const asked = (name: keyof typeof lsn) =>
    ({
      execute: async () => {
        if (frozen.has(name)) return new Promise(() => {})
        if (lsn[name] === null) throw new Error('It is away.')
        return { rows: [{ lsn: String(lsn[name]), data: data[name] }] }
      },
    }) as unknown as Database
  const standby = new Standby(asked('standby'), asked('primary'))
  const stop = new AbortController()
  test.after(() => stop.abort())
  standby.watch(stop.signal)
  const passes = async (ms: number) => {
    test.mock.timers.tick(ms)
    await new Promise(setImmediate)
  }
  return { lsn, data, frozen, standby, passes, looks: () => passes(1_000) }
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

  it('keeps nobody waiting where it has fallen silent', async (test) => {
    const { lsn, frozen, standby, passes, looks } = scene(test)
    await looks()
    frozen.add('standby')
    const holds = standby.holds(10)
    await passes(1_000)
    assert.equal(await holds, false)
    await passes(1_000)
    assert.equal(standby.isThere, false)
    frozen.clear()
    lsn.standby = 10
    await looks()
    await looks()
    assert.equal(standby.isFresh, true)
  })

  it('is given no time to tell where the primary, which was written to, has fallen silent', async (test) => {
    const { lsn, frozen, standby, passes, looks } = scene(test)
    lsn.standby = 1e12
    await looks()
    frozen.add('primary')
    const written = standby.written()
    await passes(1_000)
    assert.equal(await standby.holds(await written), false)
  })

  it('is not read where it has other data than the primary', async (test) => {
    const { lsn, data, standby, looks } = scene(test)
    lsn.standby = 10
    data.standby = 'b'
    await looks()
    await looks()
    assert.deepEqual([standby.isThere, standby.isFresh], [false, false])
    assert.equal(await standby.holds(1), false)
    data.standby = 'a'
    await looks()
    assert.equal(standby.isFresh, true)
  })
})

describe('A standby on PostgreSQL', () => {
  const postgres = withPostgres()

  it('is of the same server, or one that follows it, and of the same database', async (test) => {
    const [primary, other] = [await postgres.database(test), await postgres.database(test)]
    for (const [database, isThere] of [
      [primary, true],
      [other, false],
    ] as const) {
      const standby = new Standby(database, primary)
      const stop = new AbortController()
      test.after(() => stop.abort())
      await standby.written()
      standby.watch(stop.signal)
      // It is asked by the same connections, one after the other.
      for (let times = 0; times < 10; times++) await database.execute('select pg_sleep(0.02)')
      assert.equal(standby.isThere, isThere)
    }
  })
})
