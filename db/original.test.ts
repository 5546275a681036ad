import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { Database } from './database.ts'
import { mustHaveVisits } from './original.ts'
import { firstMigrations, openDatabase, temporaryPath } from './test-support.ts'
import { countVisits, recordVisits, visitsByDay } from './visits.ts'

const noon = new Date('2026-01-02T12:00:00Z')
const original = 'create table page_views (id integer primary key, timestamp text);'

/** The file of a database that this app has never seen. */
function fileWith(test: TestContext, sql: string): string {
  const path = temporaryPath(test)
  const connection = new Sqlite(path)
  connection.exec(sql)
  connection.close()
  return path
}

function open(test: TestContext, path: string): Database {
  const database = openDatabase(path)
  test.after(() => database.$client.close())
  return database
}

/** The tables, as SQLite keeps them. */
function schemaIn(path: string): unknown[] {
  const connection = new Sqlite(path)
  try {
    return connection.prepare('select * from sqlite_master').all()
  } finally {
    connection.close()
  }
}

async function days(database: Database) {
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
      const path = fileWith(test, original)
      const connection = new Sqlite(path)
      // As earlier releases did it.
      if (adopted > 0) migrate(drizzle({ client: connection }), firstMigrations(test, adopted))
      connection.exec(rows)
      connection.close()
      const database = open(test, path)
      assert.equal((await countVisits(database, new Date())).total, 6)
      assert.deepEqual(await days(database), [0, 1, 2])
      const times = database.$client.prepare('select timestamp from page_views order by id').pluck()
      assert.deepEqual(times.all(), [
        ...['2026-01-01T23:30:00.000Z', '2026-01-02T04:30:00.000Z', '2026-01-02T00:00:00Z'],
        ...['', 'soon', '2026-99-99T00:00:00Z'],
      ])
      assert.equal((await recordVisits(database, 1, noon)).total, 7)
    })
  }

  it('goes on counting what other hands write, without a time, too', async (test) => {
    const database = open(test, fileWith(test, original))
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
    const sql = `${original} alter table page_views add column path text;
      insert into page_views (timestamp, path) values (null, '/about')`
    const database = open(test, fileWith(test, sql))
    assert.equal(database.$client.prepare('select path from page_views').pluck().get(), '/about')
  })
})

describe('A database with tables of its own', () => {
  for (const [sql, words] of [
    [
      'create table entries (x)',
      /a table entries already.+RENAME TO "my_entries".+drizzle-kit push/,
    ],
    ['create table Events (x)', /a table events already/],
    ['create view page_view_days as select 1', /page_view_days already/],
    ['create index page_views_counted_index on page_views (id)', null],
    [
      'create table mine (x); create index entries_idempotency_key_unique on mine (x)',
      /an index entries_idempotency_key_unique already/,
    ],
  ] as const) {
    it(`${words ? 'is refused, unchanged, with what to do' : 'is taken over'}: ${sql}`, (test) => {
      const path = fileWith(test, `${original} ${sql}`)
      const before = schemaIn(path)
      if (!words) {
        open(test, path)
        return
      }
      assert.throws(() => open(test, path), { code: 'migration-failed', message: words })
      assert.deepEqual(schemaIn(path), before)
    })
  }

  it('is told that its page_views is not the one of the sample', (test) => {
    const path = fileWith(test, 'create table page_views (path text, timestamp text)')
    assert.throws(() => open(test, path), {
      code: 'migration-failed',
      message: /^The database has a table page_views without id.+Rename it/,
    })
  })
})

describe('A database that is brought in', () => {
  for (const [sql, words] of [
    [original, null],
    ['create table passwords (x)', /it has no table page_views/],
  ] as const) {
    it(`${words ? 'is refused' : "may be the original sample's"}: ${sql}`, (test) => {
      const connection = new Sqlite(fileWith(test, sql))
      test.after(() => connection.close())
      if (words) assert.throws(() => mustHaveVisits(connection), words)
      else mustHaveVisits(connection)
    })
  }
})
