import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { migrateDatabase, NewerSchema } from './migrate.ts'
import { migrateApart } from './migrate-apart.ts'
import { openDatabase } from './open.ts'
import { TestMigrations } from './test-migrations.ts'
import { app, temporaryPath } from './test-support.ts'

// Long enough for the timers of this thread, whatever the machine.
const long = `CREATE TABLE numbers AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
  LIMIT 2000000) SELECT i FROM n`

function migratedFile(test: TestContext): string {
  const path = temporaryPath(test)
  const database = openDatabase(path)
  migrateDatabase(database, app)
  database.$client.close()
  return path
}

describe('A migration in a thread of its own', () => {
  it('leaves this one free, and says where it is', async (test) => {
    const path = migratedFile(test)
    const own = new TestMigrations(test).add('0003_long', `SELECT 1; ${long}`)
    const said: string[] = []
    const migrated = await migrateApart(path, own.app, (words) => said.push(words), 10)
    assert.deepEqual(migrated.applied, ['0003_long.sql'])
    assert.match(said.join(), /Migrating: 0003_long.sql, statement 2 of 2, \d+ s/)
    assert.equal(said.at(-1), 'Applied 0003_long.sql.')
    assert.equal(existsSync(`${path}-wal`), false)
  })

  it('is none where nothing is to be done', async (test) => {
    const path = migratedFile(test)
    const before = readFileSync(path)
    await migrateApart(path, app, (words) => assert.fail(words))
    assert.deepEqual(readFileSync(path), before)
  })

  it('throws what it would throw here, and leaves the file as it was', async (test) => {
    const path = migratedFile(test)
    const before = readFileSync(path)
    const own = new TestMigrations(test).add('0003_own', 'DELETE FROM notes; SELECT * FROM x')
    await assert.rejects(migrateApart(path, own.app), {
      code: 'migration-failed',
      message:
        /^0003_own.sql can't be applied, at the statement "SELECT \* FROM x": no such table: x/,
    })
    assert.deepEqual(readFileSync(path), before)
    const older = new TestMigrations(test).keepFirst(2)
    await assert.rejects(migrateApart(path, older.app), NewerSchema)
  })
})
