import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { MigrationProblem, migrateDatabase } from '../packages/streamkeeper/src/sqlite/migrate.ts'
import { openDatabase } from '../packages/streamkeeper/src/sqlite/open.ts'
import { TestMigrations } from '../packages/streamkeeper/src/sqlite/test-migrations.ts'
import { migrations, temporaryPath } from '../packages/streamkeeper/src/sqlite/test-support.ts'
import { countVisits, recordVisit, visitsByDay } from './visits.ts'

const noon = new Date('2026-01-02T12:00:00Z')
const original = 'create table page_views (id integer primary key, timestamp text);'

function databaseWith(test: TestContext, sql: string) {
  const database = openDatabase(temporaryPath(test))
  test.after(() => database.$client.close())
  database.$client.exec(sql)
  return database
}

async function days(database: ReturnType<typeof databaseWith>) {
  const found = await visitsByDay(database, { days: 3, now: noon })
  return found.map(({ visits }) => visits)
}

describe('The database of the original sample', () => {
  const rows = `insert into page_views (timestamp) values ('2026-01-02T01:30:00+02:00'),
    ('2026-01-01T23:30:00-05:00'), ('2026-01-02T00:00:00Z'), (null), ('soon'), ('2026-99-99T00:00:00Z');`

  for (const [what, adopted] of [
    ['as it was', 0],
    ['as an earlier release took it over', 3],
  ] as const) {
    it(`comes with all visits, counted by their day in UTC, ${what}`, async (test) => {
      const database = databaseWith(test, original)
      const { folder } = new TestMigrations(test).keepFirst(adopted)
      // As earlier releases did it.
      if (adopted > 0) migrate(database, { migrationsFolder: folder })
      database.$client.exec(rows)
      migrateDatabase(database, migrations)
      assert.equal((await countVisits(database, new Date())).total, 6)
      assert.deepEqual(await days(database), [0, 1, 2])
      const times = database.$client.prepare('select timestamp from page_views order by id').pluck()
      assert.deepEqual(times.all(), [
        ...['2026-01-01T23:30:00.000Z', '2026-01-02T04:30:00.000Z', '2026-01-02T00:00:00Z'],
        ...['', 'soon', '2026-99-99T00:00:00Z'],
      ])
      assert.equal((await recordVisit(database, noon)).total, 7)
    })
  }

  it('goes on counting what other hands write, without a time, too', async (test) => {
    const database = databaseWith(test, original)
    migrateDatabase(database, migrations)
    database.$client.exec(rows)
    assert.equal((await countVisits(database, new Date())).total, 6)
    assert.deepEqual(await days(database), [0, 1, 2])
    const missing = 'select count(*) from page_views where timestamp is null'
    assert.equal(database.$client.prepare(missing).pluck().get(), 0)
    database.$client.exec('delete from page_views')
    assert.equal((await countVisits(database, new Date())).total, 0)
    const left = database.$client.prepare('select sum(total) from page_view_days').pluck().get()
    assert.equal(left, 0)
  })

  it('keeps columns that its owner added', (test) => {
    const database = databaseWith(test, original)
    database.$client.exec(`alter table page_views add column path text;
      insert into page_views (timestamp, path) values (null, '/about')`)
    migrateDatabase(database, migrations)
    assert.equal(database.$client.prepare('select path from page_views').pluck().get(), '/about')
  })
})

describe('A database with tables of its own', () => {
  for (const [sql, words] of [
    ['create table entries (x)', /a table entries already.+RENAME TO "my_entries"/],
    ['create table Events (x)', /a table events already/],
    ['create view page_view_days as select 1', /page_view_days already/],
    ['create index page_views_counted_index on page_views (id)', null],
    [
      'create table mine (x); create index entries_idempotency_key_unique on mine (x)',
      /an index entries_idempotency_key_unique already/,
    ],
  ] as const) {
    it(`${words ? 'is refused, unchanged, with what to do' : 'is taken over'}: ${sql}`, (test) => {
      const database = databaseWith(test, `${original} ${sql}`)
      const schema = database.$client.prepare('select * from sqlite_master')
      const before = schema.all()
      if (!words) {
        migrateDatabase(database, migrations)
        return
      }
      assert.throws(
        () => migrateDatabase(database, migrations),
        (error) => error instanceof MigrationProblem && words.test(error.message),
      )
      assert.deepEqual(schema.all(), before)
    })
  }

  it('is told that its page_views is not the one of the sample', (test) => {
    const database = databaseWith(test, 'create table page_views (path text, timestamp text)')
    assert.throws(() => migrateDatabase(database, migrations), /page_views without id.+Rename it/)
  })
})
