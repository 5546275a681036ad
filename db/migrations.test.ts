import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { breakingMigrations } from 'streamkeeper/testing'
import config from '../streamkeeper.config.ts'
import { addEntry, entriesVersion } from './entries.ts'
import { firstMigrations, openDatabase, temporaryPath } from './test-support.ts'
import { countVisits, recordVisits } from './visits.ts'

const noon = new Date('2026-01-02T12:00:00Z')
const folder = join(import.meta.dirname, 'migrations')
const { length } = readdirSync(folder).filter((name) => name.endsWith('.sql'))

describe('The migrations', () => {
  for (let count = 0; count <= length; count++) {
    it(`go on with what Drizzle's own migrator did up to number ${count}`, async (test) => {
      const path = temporaryPath(test)
      const connection = new Sqlite(path)
      // The last one copies into a table that only the server makes.
      if (count === length) connection.exec(events)
      migrate(drizzle({ client: connection }), firstMigrations(test, count))
      if (count > 0) connection.exec(`insert into page_views (timestamp) values ('2026-01-02T')`)
      connection.close()
      const database = openDatabase(path)
      test.after(() => database.$client.close())
      assert.equal((await recordVisits(database, 1, noon)).total, count > 0 ? 2 : 1)
    })
  }

  it('break no release before', () => {
    assert.deepEqual(breakingMigrations(config, join(import.meta.dirname, '..')), [])
  })

  it('bring the timeline of a release before along', (test) => {
    const path = temporaryPath(test)
    const connection = new Sqlite(path)
    migrate(drizzle({ client: connection }), firstMigrations(test, 7))
    const insert = connection.prepare(`insert into events (at, kind, instance, detail)
      values ('2026-01-02T12:00:00.000Z', 'leads', 'one', ?)`)
    for (const detail of ['Epoch 1.', 'Epoch 2.']) insert.run(detail)
    connection.close()
    const database = openDatabase(path)
    test.after(() => database.$client.close())
    const details = database.$client.prepare('select detail from _streamkeeper_events order by id')
    assert.deepEqual(details.pluck().all(), ['Epoch 1.', 'Epoch 2.'])
    const kept = database.$client.prepare('select count(*) from events').pluck().get()
    assert.equal(kept, 2)
  })
})

describe('The triggers', () => {
  it('count again what was written while they were missing', async (test) => {
    const path = temporaryPath(test)
    const before = openDatabase(path)
    before.$client.exec('drop trigger page_views_counted; drop trigger page_views_counted_by_day')
    await recordVisits(before, 1, noon)
    assert.equal((await countVisits(before, noon)).total, 0)
    before.$client.close()
    const database = openDatabase(path)
    test.after(() => database.$client.close())
    assert.deepEqual(await countVisits(database, noon), { total: 1, today: 1 })
    assert.equal((await recordVisits(database, 1, noon)).total, 2)
  })

  it('tell pages apart that were made while they were missing', async (test) => {
    const path = temporaryPath(test)
    const old = openDatabase(path)
    const before = await entriesVersion(old)
    old.$client.exec('drop trigger entries_version_insert')
    await addEntry(old, { name: 'Ada', message: 'Hi', idempotencyKey: 'k' }, noon)
    old.$client.close()
    const database = openDatabase(path)
    test.after(() => database.$client.close())
    assert.notEqual(await entriesVersion(database), before)
  })
})

const events = `create table _streamkeeper_events (id integer primary key, at text not null,
  kind text not null, instance text not null, detail text not null)`
