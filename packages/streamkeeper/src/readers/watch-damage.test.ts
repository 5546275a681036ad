import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { watchDamage } from './watch-damage.ts'

function scene(code: string) {
  const found: Error[] = []
  const fail = () => {
    throw new Sqlite.SqliteError('no', code)
  }
  const rows = { next: fail, [Symbol.iterator]: () => rows }
  const statement = { raw: () => statement, all: fail, iterate: () => rows }
  const connection = { prepare: () => statement, exec: fail }
  return { watched: watchDamage(connection, (error) => found.push(error)), found }
}

describe('Damage', () => {
  it('is told of whatever finds it, and thrown all the same', () => {
    const { watched, found } = scene('SQLITE_CORRUPT_INDEX')
    for (const call of [
      () => watched.exec(),
      () => watched.prepare().all(),
      () => watched.prepare().raw().all(),
      () => [...(watched.prepare().iterate() as Iterable<unknown>)],
    ]) {
      found.length = 0
      assert.throws(call, { code: 'SQLITE_CORRUPT_INDEX' })
      assert.equal(found.length, 1)
    }
  })

  it('is nothing else that fails', () => {
    const { watched, found } = scene('SQLITE_CONSTRAINT')
    assert.throws(() => watched.exec(), { code: 'SQLITE_CONSTRAINT' })
    assert.deepEqual(found, [])
  })
})
