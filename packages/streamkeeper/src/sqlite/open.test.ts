import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { checkDatabase, DamagedDatabase } from './check.ts'
import { openDatabase } from './open.ts'
import { temporaryDatabase, temporaryPath } from './test-support.ts'

describe('The connection', () => {
  for (const [pragma, value] of Object.entries({
    journal_mode: 'wal',
    synchronous: 1,
    busy_timeout: 5000,
    foreign_keys: 1,
    secure_delete: 1,
    wal_autocheckpoint: 0,
  })) {
    it(`has ${pragma} at ${value}`, (test) => {
      const { $client } = temporaryDatabase(test)
      assert.equal($client.pragma(pragma, { simple: true }), value)
    })
  }
})

describe('The check of a database file', () => {
  it('passes a sound one', (test) => {
    checkDatabase(temporaryDatabase(test).$client.name)
  })

  it('finds a page that was overwritten', (test) => {
    const path = temporaryPath(test)
    const { $client } = openDatabase(path)
    $client.exec(
      'create table t (x); insert into t select hex(randomblob(500)) from pragma_function_list',
    )
    const bytes = $client.serialize()
    $client.close()
    bytes.fill(0xff, 2 * 4096, 3 * 4096)
    writeFileSync(path, bytes)
    assert.throws(() => checkDatabase(path), DamagedDatabase)
  })

  it('refuses a file that is no database', (test) => {
    const path = temporaryPath(test)
    writeFileSync(path, 'not a database, and long enough to have had a header'.repeat(100))
    assert.throws(() => checkDatabase(path), DamagedDatabase)
  })
})
