import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { migrateDatabase, NewerSchema } from './migrate.ts'
import { openDatabase } from './open.ts'
import { migrations, temporaryDatabase, temporaryPath } from './test-support.ts'
import { countVisits, recordVisit } from './visits.ts'

describe('The migrations', () => {
  it('change nothing in a database that has them all', async (test) => {
    const database = temporaryDatabase(test)
    await recordVisit(database, new Date())
    migrateDatabase(database, migrations)
    assert.equal(await countVisits(database), 1)
  })

  it('take over the database of the original sample with its visits', async (test) => {
    const database = openDatabase(temporaryPath(test))
    test.after(() => database.$client.close())
    database.$client.exec(`
      create table page_views (id integer primary key, timestamp text);
      insert into page_views (timestamp) values ('2021-01-01T00:00:00Z'), ('2021-01-02T00:00:00Z');
    `)
    migrateDatabase(database, migrations)
    assert.equal(await recordVisit(database, new Date()), 3)
  })

  it('leave a database alone that a newer release has migrated, and name both', (test) => {
    const database = temporaryDatabase(test)
    database.$client.exec(`
      insert into __drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2999, 0, 1)});
      drop table entries;
    `)
    assert.throws(
      () => migrateDatabase(database, migrations),
      (error) => {
        assert.ok(error instanceof NewerSchema)
        assert.match(error.message, /2999-01-01/)
        return true
      },
    )
    assert.throws(() => database.$client.prepare('select * from entries'), /no such table/)
  })
})
