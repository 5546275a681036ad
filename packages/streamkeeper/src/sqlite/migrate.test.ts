import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { addEntry, entriesVersion } from '../../../../db/entries.ts'
import { countVisits, recordVisit } from '../../../../db/visits.ts'
import { compareSchema, MigrationProblem, migrateDatabase, NewerSchema } from './migrate.ts'
import { type Database, openDatabase } from './open.ts'
import { rebuilt, TestMigrations } from './test-migrations.ts'
import { migrations, temporaryDatabase, temporaryPath } from './test-support.ts'

const noon = new Date('2026-01-02T12:00:00Z')
const visitsAgain = rebuilt(
  'page_views',
  'id integer PRIMARY KEY NOT NULL, timestamp text NOT NULL',
)
const lists = `CREATE TABLE lists (id integer PRIMARY KEY, name text);
  CREATE TABLE tasks (id integer PRIMARY KEY, list integer REFERENCES lists ON DELETE CASCADE);
  INSERT INTO lists VALUES (1, 'home'), (2, 'work');
  INSERT INTO tasks VALUES (1, 1), (2, 2), (3, 2);`

function emptyDatabase(test: TestContext): Database {
  const database = openDatabase(temporaryPath(test))
  test.after(() => database.$client.close())
  return database
}

/** The app's migrations as a checkout with these line ends has them. */
function withLineEnds(test: TestContext, end: string): string {
  const { folder, journal } = new TestMigrations(test)
  for (const { tag } of journal.entries) {
    const path = join(folder, `${tag}.sql`)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/\r?\n/g, end))
  }
  return folder
}

/** The hashes that a database has of its migrations. */
function notedBy({ $client }: Database): unknown[] {
  return $client.prepare('select hash from __drizzle_migrations').pluck().all()
}

/** All of the database, its schema included. */
function allOf({ $client }: Database): string {
  const tables = $client
    .prepare(`select name from sqlite_master where type = 'table'`)
    .pluck()
    .all()
  const rows = tables.map((name) => $client.prepare(`select * from "${name}"`).raw().all())
  const schema = $client.prepare('select type, name, sql from sqlite_master').all()
  return JSON.stringify([schema, tables, rows])
}

/** @returns what was said; nothing has changed then */
function refused(database: Database, folder: string): string {
  const before = allOf(database)
  let said = ''
  assert.throws(
    () => migrateDatabase(database, folder),
    (error) => {
      said = String(error)
      return error instanceof MigrationProblem
    },
  )
  assert.equal(allOf(database), before)
  assert.equal(database.$client.pragma('foreign_keys', { simple: true }), 1)
  assert.equal(database.$client.pragma('legacy_alter_table', { simple: true }), 0)
  return said
}

describe('The migrations', () => {
  it('change nothing in a database that has them all', async (test) => {
    const database = temporaryDatabase(test)
    await recordVisit(database, new Date())
    const before = allOf(database)
    assert.deepEqual(migrateDatabase(database, migrations), {
      ...{ applied: [], repaired: [], edited: [] },
    })
    assert.equal(allOf(database), before)
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

  for (let count = 0; count <= 6; count++) {
    it(`go on with what Drizzle's own migrator did up to number ${count}`, async (test) => {
      const database = emptyDatabase(test)
      const { folder } = new TestMigrations(test).keepFirst(count)
      migrate(drizzle({ client: database.$client }), { migrationsFolder: folder })
      if (count > 0)
        database.$client.exec(`insert into page_views (timestamp) values ('2026-01-02T')`)
      migrateDatabase(database, migrations)
      assert.equal((await recordVisit(database, noon)).total, count > 0 ? 2 : 1)
      assert.equal(compareSchema(database, migrations), 'same')
    })
  }
})

describe('A table that is made again', () => {
  it('keeps the rows of its children', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0006_lists', lists)
    migrateDatabase(database, own.folder)
    own.add('0007_again', rebuilt('lists', 'id integer PRIMARY KEY, name text NOT NULL'))
    migrateDatabase(database, own.folder)
    assert.equal(database.$client.prepare('select count(*) from tasks').pluck().get(), 3)
    assert.equal(database.$client.pragma('foreign_keys', { simple: true }), 1)
    database.$client.exec('delete from lists where id = 2')
    assert.equal(database.$client.prepare('select count(*) from tasks').pluck().get(), 1)
  })

  it('may have rows that have referred to nothing for long', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0006_lists', lists)
    migrateDatabase(database, own.folder)
    database.$client.pragma('foreign_keys = OFF')
    database.$client.exec('DELETE FROM lists WHERE id = 2')
    database.$client.pragma('foreign_keys = ON')
    own.add('0007_again', rebuilt('lists', 'id integer PRIMARY KEY, name text NOT NULL'))
    migrateDatabase(database, own.folder)
    assert.equal(database.$client.prepare('select count(*) from tasks').pluck().get(), 3)
  })

  it('is refused, with the rows named, where it loses what they refer to', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0006_lists', lists)
    migrateDatabase(database, own.folder)
    own.add('0007_less', 'DELETE FROM lists WHERE id = 2')
    assert.match(refused(database, own.folder), /row 2 of tasks refers to no row of lists, row 3/)
  })

  it('keeps the counter going', async (test) => {
    const database = temporaryDatabase(test)
    await recordVisit(database, noon)
    migrateDatabase(database, new TestMigrations(test).add('0006_again', visitsAgain).folder)
    assert.equal((await recordVisit(database, noon)).total, 2)
  })

  it('may be one that triggers of others change', async (test) => {
    const database = temporaryDatabase(test)
    const columns = 'id integer PRIMARY KEY NOT NULL, total integer NOT NULL'
    const own = new TestMigrations(test).add('0006_again', rebuilt('page_view_count', columns))
    migrateDatabase(database, own.folder)
    assert.equal((await recordVisit(database, noon)).total, 1)
  })

  it('keeps triggers that a migration made, and views of it', async (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add(
      '0006_views',
      `CREATE TABLE seen (id integer);
      CREATE TRIGGER see AFTER INSERT ON page_views BEGIN INSERT INTO seen VALUES (new.id); END;
      CREATE VIEW newest AS SELECT max(id) AS id FROM page_views;`,
    )
    migrateDatabase(database, own.folder)
    migrateDatabase(database, own.add('0007_again', visitsAgain).folder)
    await recordVisit(database, noon)
    assert.equal(database.$client.prepare('select count(*) from seen').pluck().get(), 1)
    assert.equal(database.$client.prepare('select id from newest').pluck().get(), 1)
    migrateDatabase(database, own.add('0008_blind', 'DROP TRIGGER see').folder)
    await recordVisit(database, noon)
    assert.equal(database.$client.prepare('select count(*) from seen').pluck().get(), 1)
  })
})

describe('The triggers', () => {
  for (const [what, harm] of [
    ['missing', 'drop trigger page_views_counted; drop trigger page_views_counted_by_day'],
    [
      'changed',
      `drop trigger page_views_counted; create trigger page_views_counted after insert on page_views
        begin select 1; end`,
    ],
  ] as const) {
    it(`are made again where one is ${what}, and what they count is counted`, async (test) => {
      const database = temporaryDatabase(test)
      database.$client.exec(harm)
      await recordVisit(database, noon)
      assert.equal((await countVisits(database, new Date())).total, 0)
      const { repaired } = migrateDatabase(database, migrations)
      assert.ok(repaired.includes('page_views_counted'))
      assert.equal((await countVisits(database, new Date())).total, 1)
      assert.equal((await recordVisit(database, noon)).total, 2)
      assert.deepEqual(migrateDatabase(database, migrations).repaired, [])
    })
  }

  it('tell pages apart that were made while they were missing', async (test) => {
    const database = temporaryDatabase(test)
    const before = await entriesVersion(database)
    database.$client.exec('drop trigger entries_version_insert')
    await addEntry(database, { name: 'Ada', message: 'Hi', idempotencyKey: 'k' }, noon)
    migrateDatabase(database, migrations)
    assert.notEqual(await entriesVersion(database), before)
  })
})

describe('A migration of a branch that was merged later', () => {
  it('is applied though newer ones are', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0006_newer', 'CREATE TABLE newer (id integer)')
    migrateDatabase(database, own.folder)
    const { entries } = own.journal
    own.add('0007_older', 'CREATE TABLE older (id integer)', (entries.at(-1)?.when ?? 0) - 500)
    assert.equal(compareSchema(database, own.folder), 'older')
    assert.deepEqual(migrateDatabase(database, own.folder).applied, ['0007_older.sql'])
    database.$client.exec('insert into older values (1)')
    assert.deepEqual(migrateDatabase(database, own.folder).applied, [])
  })

  it('is refused where the other branch is not in this release', (test) => {
    const database = emptyDatabase(test)
    const [theirs, ours] = [new TestMigrations(test), new TestMigrations(test)]
    migrateDatabase(database, theirs.add('0006_theirs', 'CREATE TABLE theirs (id integer)').folder)
    const { entries } = theirs.journal
    const later = (entries.at(-1)?.when ?? 0) + 1_000
    ours.add('0006_ours', 'CREATE TABLE ours (id integer)', later)
    assert.equal(compareSchema(database, ours.folder), 'newer')
    assert.throws(() => migrateDatabase(database, ours.folder), /which this release doesn't know/)
  })

  it('is not applied again where only its time has changed', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0006_own', 'CREATE TABLE own (id integer)')
    migrateDatabase(database, own.folder)
    const { entries } = own.journal
    own.journal = {
      entries: entries.map((entry) =>
        entry.tag === '0006_own' ? { ...entry, when: entry.when + 5_000 } : entry,
      ),
    }
    assert.equal(compareSchema(database, own.folder), 'same')
    assert.deepEqual(migrateDatabase(database, own.folder).applied, [])
  })
})

describe('A migration that was edited after it had been applied', () => {
  it('is named', (test) => {
    const database = temporaryDatabase(test)
    const { folder } = new TestMigrations(test)
    const path = join(folder, '0002_entry_keys.sql')
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n-- edited`)
    assert.deepEqual(migrateDatabase(database, folder).edited, ['0002_entry_keys.sql'])
  })
})

describe('The line ends of a checkout', () => {
  for (const [name, before, after] of [
    ['of Windows, then of others', '\r\n', '\n'],
    ['of others, then of Windows', '\n', '\r\n'],
  ] as const) {
    it(`make no difference to a database: ${name}`, (test) => {
      const [database, other] = [emptyDatabase(test), emptyDatabase(test)]
      migrateDatabase(database, withLineEnds(test, before))
      migrateDatabase(other, withLineEnds(test, after))
      assert.deepEqual(notedBy(database), notedBy(other))
      const nothing = { applied: [], repaired: [], edited: [] }
      assert.deepEqual(migrateDatabase(database, withLineEnds(test, after)), nothing)
    })

    it(`make no difference to what Drizzle's own migrator noted: ${name}`, (test) => {
      const database = emptyDatabase(test)
      migrate(drizzle(database.$client), { migrationsFolder: withLineEnds(test, before) })
      assert.deepEqual(migrateDatabase(database, withLineEnds(test, after)).edited, [])
    })
  }
})

describe('A migration that fails', () => {
  for (const [what, sql, words] of [
    [
      'in one of several statements',
      'CREATE TABLE more (id integer); INSERT INTO more VALUES (1); INSERT INTO nowhere VALUES (2)',
      /0006_own\.sql can't be applied, at the statement "INSERT INTO nowhere VALUES \(2\)": no such table: nowhere\. Nothing was changed: .+deploy again/,
    ],
    [
      'as rows break a constraint that it adds',
      'CREATE UNIQUE INDEX one_each ON entries (name)',
      /"CREATE UNIQUE INDEX .+": UNIQUE constraint failed: entries.name/,
    ],
    [
      'as rows break a check that it adds',
      rebuilt('page_view_days', 'day text PRIMARY KEY, total integer CHECK (total > 5)'),
      /"INSERT INTO `__new_page_view_days` .+": CHECK constraint failed/,
    ],
    ['as it is no SQL', 'CREATE TABEL x', /near "TABEL": syntax error/],
    ['as a comment or a text never ends', "INSERT INTO entries VALUES ('", /unrecognized token/],
    ['as it would end the transaction', 'DELETE FROM entries; COMMIT; SELECT 1', /COMMIT can't be/],
    ['as it begins another', 'BEGIN; DELETE FROM entries; END', /BEGIN can't be part of/],
    ['as it is no part of one', 'DELETE FROM entries; VACUUM', /"VACUUM": VACUUM can't be part/],
    [
      'as it changes the connection',
      '/* ? */ PRAGMA journal_mode = DELETE',
      /PRAGMA can't be part/,
    ],
    [
      'as it leaves a view without its table',
      'CREATE VIEW shout AS SELECT upper(detail) FROM events; DROP TABLE events',
      /view shout is broken: no such table: main.events/,
    ],
    [
      'as it leaves a trigger without its table',
      `CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM events; END; DROP TABLE events`,
      /a trigger of entries is broken: no such table: main.events/,
    ],
    ['as the app has no table then', 'DROP TABLE events', /no events.id, events.at/],
    [
      'as what the triggers need is gone',
      'ALTER TABLE page_view_days RENAME TO page_view_dates; DROP TABLE page_view_dates',
      /no such table/,
    ],
  ] as const) {
    it(`${what} changes nothing, and says what and why`, async (test) => {
      const database = temporaryDatabase(test)
      for (const idempotencyKey of ['1', '2']) {
        await addEntry(database, { name: 'Ada', message: 'Hi', idempotencyKey }, noon)
      }
      await recordVisit(database, noon)
      const own = new TestMigrations(test).add('0006_own', sql)
      assert.match(refused(database, own.folder), words)
    })
  }

  it('for want of room says so', (test) => {
    const database = temporaryDatabase(test)
    const { $client } = database
    $client.pragma(`max_page_count = ${Number($client.pragma('page_count', { simple: true })) + 5}`)
    const sql = `CREATE TABLE big (b blob); INSERT INTO big
      SELECT randomblob(4000) FROM pragma_function_list`
    const own = new TestMigrations(test).add('0006_big', sql)
    assert.match(refused(database, own.folder), /disk is full.+more memory or disk/)
  })

  it('takes back those before it', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0006_own', 'INSERT INTO nowhere VALUES (1)')
    refused(database, own.folder)
    migrateDatabase(database, migrations)
  })
})

describe('The journal of the migrations', () => {
  it('has to list every file', (test) => {
    const { folder } = new TestMigrations(test)
    writeFileSync(join(folder, '0009_stray.sql'), 'SELECT 1')
    assert.throws(() => migrateDatabase(emptyDatabase(test), folder), /0009_stray.sql is not in/)
  })

  it('has to have a file for each line', (test) => {
    const { folder } = new TestMigrations(test)
    rmSync(join(folder, '0002_entry_keys.sql'))
    assert.throws(
      () => migrateDatabase(emptyDatabase(test), folder),
      /0002_entry_keys.sql can.t be read.+from git/,
    )
  })

  it('has to be there, whole', (test) => {
    const { folder } = new TestMigrations(test)
    const path = join(folder, 'meta/_journal.json')
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 100))
    assert.throws(() => migrateDatabase(emptyDatabase(test), folder), /Restore it from git/)
    rmSync(path)
    assert.throws(() => migrateDatabase(emptyDatabase(test), folder), /Restore it from git/)
  })

  it('may not have two of one time', (test) => {
    const own = new TestMigrations(test)
    own.add('0006_a', 'SELECT 1', 5).add('0007_b', 'SELECT 2', 5)
    assert.throws(() => migrateDatabase(emptyDatabase(test), own.folder), /the same tag or time/)
  })
})
