import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { addNote, countNotes } from '../test-app/notes.ts'
import type { AppSchema } from './app-schema.ts'
import { compareSchema, MigrationProblem, migrateDatabase, NewerSchema } from './migrate.ts'
import { type Database, openDatabase } from './open.ts'
import { rebuilt, TestMigrations } from './test-migrations.ts'
import { app, temporaryDatabase, temporaryPath } from './test-support.ts'

const notesAgain = rebuilt('notes', 'id integer PRIMARY KEY NOT NULL, text text NOT NULL, key text')
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
function withLineEnds(test: TestContext, end: string): TestMigrations {
  const own = new TestMigrations(test)
  const { folder, journal } = own
  for (const { tag } of journal.entries) {
    const path = join(folder, `${tag}.sql`)
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/\r?\n/g, end))
  }
  return own
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
function refused(database: Database, app: AppSchema): string {
  const before = allOf(database)
  let said = ''
  assert.throws(
    () => migrateDatabase(database, app),
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

describe('What an app does before its migrations', () => {
  const refusing = (beforeMigrations: AppSchema['config']['beforeMigrations']) => {
    return { ...app, config: { ...app.config, beforeMigrations } } as AppSchema
  }

  it('refuses a database in its own words', (test) => {
    const own = refusing(() => {
      throw new Error('It is not mine.')
    })
    assert.match(refused(emptyDatabase(test), own), /It is not mine/)
  })

  it('refuses it in time, or not at all', (test) => {
    const own = refusing(async () => {
      throw new Error('It is not mine.')
    })
    assert.match(refused(emptyDatabase(test), own), /"beforeMigrations" .* returns a promise/)
  })
})

describe('The migrations', () => {
  it('change nothing in a database that has them all', async (test) => {
    const database = temporaryDatabase(test)
    addNote(database)
    const before = allOf(database)
    assert.deepEqual(migrateDatabase(database, app), {
      ...{ applied: [], repaired: [], edited: [], isUnprepared: false },
    })
    assert.equal(allOf(database), before)
  })

  it('leave a database alone that a newer release has migrated, and name both', (test) => {
    const database = temporaryDatabase(test)
    database.$client.exec(`
      insert into __drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2999, 0, 1)});
      drop table notes;
    `)
    assert.throws(
      () => migrateDatabase(database, app),
      (error) => {
        assert.ok(error instanceof NewerSchema)
        assert.match(error.message, /2999-01-01/)
        return true
      },
    )
    assert.throws(() => database.$client.prepare('select * from notes'), /no such table/)
  })

  for (let count = 0; count <= 3; count++) {
    it(`go on with what Drizzle's own migrator did up to number ${count}`, async (test) => {
      const database = emptyDatabase(test)
      const { folder } = new TestMigrations(test).keepFirst(count)
      migrate(drizzle({ client: database.$client }), { migrationsFolder: folder })
      if (count > 0) database.$client.exec(`insert into notes (text) values ('a')`)
      migrateDatabase(database, app)
      assert.equal(addNote(database), count > 0 ? 2 : 1)
      assert.equal(compareSchema(database, app.migrations), 'same')
    })
  }
})

describe('A table that is made again', () => {
  it('keeps the rows of its children', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0003_lists', lists)
    migrateDatabase(database, own.app)
    own.add('0004_again', rebuilt('lists', 'id integer PRIMARY KEY, name text NOT NULL'))
    migrateDatabase(database, own.app)
    assert.equal(database.$client.prepare('select count(*) from tasks').pluck().get(), 3)
    assert.equal(database.$client.pragma('foreign_keys', { simple: true }), 1)
    database.$client.exec('delete from lists where id = 2')
    assert.equal(database.$client.prepare('select count(*) from tasks').pluck().get(), 1)
  })

  it('may have rows that have referred to nothing for long', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0003_lists', lists)
    migrateDatabase(database, own.app)
    database.$client.pragma('foreign_keys = OFF')
    database.$client.exec('DELETE FROM lists WHERE id = 2')
    database.$client.pragma('foreign_keys = ON')
    own.add('0004_again', rebuilt('lists', 'id integer PRIMARY KEY, name text NOT NULL'))
    migrateDatabase(database, own.app)
    assert.equal(database.$client.prepare('select count(*) from tasks').pluck().get(), 3)
  })

  it('is refused, with the rows named, where it loses what they refer to', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0003_lists', lists)
    migrateDatabase(database, own.app)
    own.add('0004_less', 'DELETE FROM lists WHERE id = 2')
    assert.match(refused(database, own.app), /row 2 of tasks refers to no row of lists, row 3/)
  })

  it('keeps the counter going', async (test) => {
    const database = temporaryDatabase(test)
    addNote(database)
    migrateDatabase(database, new TestMigrations(test).add('0003_again', notesAgain).app)
    assert.equal(addNote(database), 2)
  })

  it('may be one that triggers of others change', async (test) => {
    const database = temporaryDatabase(test)
    const columns = 'id integer PRIMARY KEY NOT NULL, total integer NOT NULL'
    const own = new TestMigrations(test).add('0003_again', rebuilt('note_count', columns))
    migrateDatabase(database, own.app)
    assert.equal(addNote(database), 1)
  })

  it('keeps triggers that a migration made, and views of it', async (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add(
      '0003_views',
      `CREATE TABLE seen (id integer);
      CREATE TRIGGER see AFTER INSERT ON notes BEGIN INSERT INTO seen VALUES (new.id); END;
      CREATE VIEW newest AS SELECT max(id) AS id FROM notes;`,
    )
    migrateDatabase(database, own.app)
    migrateDatabase(database, own.add('0004_again', notesAgain).app)
    addNote(database)
    assert.equal(database.$client.prepare('select count(*) from seen').pluck().get(), 1)
    assert.equal(database.$client.prepare('select id from newest').pluck().get(), 1)
    migrateDatabase(database, own.add('0005_blind', 'DROP TRIGGER see').app)
    addNote(database)
    assert.equal(database.$client.prepare('select count(*) from seen').pluck().get(), 1)
  })
})

describe('The triggers', () => {
  for (const [what, harm] of [
    ['missing', 'drop trigger notes_counted; drop trigger notes_uncounted'],
    [
      'changed',
      `drop trigger notes_counted; create trigger notes_counted after insert on notes
        begin select 1; end`,
    ],
  ] as const) {
    it(`are made again where one is ${what}, and what they count is counted`, async (test) => {
      const database = temporaryDatabase(test)
      database.$client.exec(harm)
      addNote(database)
      assert.equal(countNotes(database), 0)
      const { repaired } = migrateDatabase(database, app)
      assert.ok(repaired.includes('notes_counted'))
      assert.equal(countNotes(database), 1)
      assert.equal(addNote(database), 2)
      assert.deepEqual(migrateDatabase(database, app).repaired, [])
    })
  }
})

describe('A migration of a branch that was merged later', () => {
  it('is applied though newer ones are', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0003_newer', 'CREATE TABLE newer (id integer)')
    migrateDatabase(database, own.app)
    const { entries } = own.journal
    own.add('0004_older', 'CREATE TABLE older (id integer)', (entries.at(-1)?.when ?? 0) - 500)
    assert.equal(compareSchema(database, own.folder), 'older')
    assert.deepEqual(migrateDatabase(database, own.app).applied, ['0004_older.sql'])
    database.$client.exec('insert into older values (1)')
    assert.deepEqual(migrateDatabase(database, own.app).applied, [])
  })

  it('is refused where the other branch is not in this release', (test) => {
    const database = emptyDatabase(test)
    const [theirs, ours] = [new TestMigrations(test), new TestMigrations(test)]
    migrateDatabase(database, theirs.add('0003_theirs', 'CREATE TABLE theirs (id integer)').app)
    const { entries } = theirs.journal
    const later = (entries.at(-1)?.when ?? 0) + 1_000
    ours.add('0003_ours', 'CREATE TABLE ours (id integer)', later)
    assert.equal(compareSchema(database, ours.folder), 'newer')
    assert.throws(() => migrateDatabase(database, ours.app), /which this release doesn't know/)
  })

  it('is not applied again where only its time has changed', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0003_own', 'CREATE TABLE own (id integer)')
    migrateDatabase(database, own.app)
    const { entries } = own.journal
    own.journal = {
      entries: entries.map((entry) =>
        entry.tag === '0003_own' ? { ...entry, when: entry.when + 5_000 } : entry,
      ),
    }
    assert.equal(compareSchema(database, own.folder), 'same')
    assert.deepEqual(migrateDatabase(database, own.app).applied, [])
  })
})

describe('A migration that was edited after it had been applied', () => {
  it('is named', (test) => {
    const database = temporaryDatabase(test)
    const { folder, app } = new TestMigrations(test)
    const path = join(folder, '0001_keys.sql')
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n-- edited`)
    assert.deepEqual(migrateDatabase(database, app).edited, ['0001_keys.sql'])
  })
})

describe('The line ends of a checkout', () => {
  for (const [name, before, after] of [
    ['of Windows, then of others', '\r\n', '\n'],
    ['of others, then of Windows', '\n', '\r\n'],
  ] as const) {
    it(`make no difference to a database: ${name}`, (test) => {
      const [database, other] = [emptyDatabase(test), emptyDatabase(test)]
      migrateDatabase(database, withLineEnds(test, before).app)
      migrateDatabase(other, withLineEnds(test, after).app)
      assert.deepEqual(notedBy(database), notedBy(other))
      const nothing = { applied: [], repaired: [], edited: [], isUnprepared: false }
      assert.deepEqual(migrateDatabase(database, withLineEnds(test, after).app), nothing)
    })

    it(`make no difference to what Drizzle's own migrator noted: ${name}`, (test) => {
      const database = emptyDatabase(test)
      migrate(drizzle(database.$client), { migrationsFolder: withLineEnds(test, before).folder })
      assert.deepEqual(migrateDatabase(database, withLineEnds(test, after).app).edited, [])
    })
  }
})

describe('A migration that fails', () => {
  for (const [what, sql, words] of [
    [
      'in one of several statements',
      'CREATE TABLE more (id integer); INSERT INTO more VALUES (1); INSERT INTO nowhere VALUES (2)',
      /0003_own\.sql can't be applied, at the statement "INSERT INTO nowhere VALUES \(2\)": no such table: nowhere\. Nothing was changed: .+deploy again/,
    ],
    [
      'as rows break a constraint that it adds',
      'CREATE UNIQUE INDEX one_each ON notes (text)',
      /"CREATE UNIQUE INDEX .+": UNIQUE constraint failed: notes.text/,
    ],
    [
      'as rows break a check that it adds',
      rebuilt('note_count', 'id integer PRIMARY KEY, total integer CHECK (total > 5)'),
      /"INSERT INTO `__new_note_count` .+": CHECK constraint failed/,
    ],
    ['as it is no SQL', 'CREATE TABEL x', /near "TABEL": syntax error/],
    ['as a comment or a text never ends', "INSERT INTO notes VALUES ('", /unrecognized token/],
    ['as it would end the transaction', 'DELETE FROM notes; COMMIT; SELECT 1', /COMMIT can't be/],
    ['as it begins another', 'BEGIN; DELETE FROM notes; END', /BEGIN can't be part of/],
    ['as it is no part of one', 'DELETE FROM notes; VACUUM', /"VACUUM": VACUUM can't be part/],
    [
      'as it changes the connection',
      '/* ? */ PRAGMA journal_mode = DELETE',
      /PRAGMA can't be part/,
    ],
    [
      'as it leaves a view without its table',
      'CREATE VIEW shout AS SELECT upper(label) FROM tags; DROP TABLE tags',
      /view shout is broken: no such table: main.tags/,
    ],
    [
      'as it leaves a trigger without its table',
      `CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM tags; END; DROP TABLE tags`,
      /a trigger of notes is broken: no such table: main.tags/,
    ],
    ['as the app has no table then', 'DROP TABLE tags', /no tags.id, tags.label/],
    [
      'as what the triggers need is gone',
      'ALTER TABLE note_count RENAME TO counted; DROP TABLE counted',
      /no such table/,
    ],
  ] as const) {
    it(`${what} changes nothing, and says what and why`, async (test) => {
      const database = temporaryDatabase(test)
      addNote(database)
      addNote(database)
      const own = new TestMigrations(test).add('0003_own', sql)
      assert.match(refused(database, own.app), words)
    })
  }

  it('for want of room says so', (test) => {
    const database = temporaryDatabase(test)
    const { $client } = database
    $client.pragma(`max_page_count = ${Number($client.pragma('page_count', { simple: true })) + 5}`)
    const sql = `CREATE TABLE big (b blob); INSERT INTO big
      SELECT randomblob(4000) FROM pragma_function_list`
    const own = new TestMigrations(test).add('0003_big', sql)
    assert.match(refused(database, own.app), /disk is full.+more memory or disk/)
  })

  it('takes back those before it', (test) => {
    const database = emptyDatabase(test)
    const own = new TestMigrations(test).add('0003_own', 'INSERT INTO nowhere VALUES (1)')
    refused(database, own.app)
    migrateDatabase(database, app)
  })
})

describe('The journal of the migrations', () => {
  it('has to list every file', (test) => {
    const { folder, app } = new TestMigrations(test)
    writeFileSync(join(folder, '0009_stray.sql'), 'SELECT 1')
    assert.throws(() => migrateDatabase(emptyDatabase(test), app), /0009_stray.sql is not in/)
  })

  it('has to have a file for each line', (test) => {
    const { folder, app } = new TestMigrations(test)
    rmSync(join(folder, '0001_keys.sql'))
    assert.throws(
      () => migrateDatabase(emptyDatabase(test), app),
      /0001_keys.sql can.t be read.+from git/,
    )
  })

  it('has to be there, whole', (test) => {
    const { folder, app } = new TestMigrations(test)
    const path = join(folder, 'meta/_journal.json')
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 100))
    assert.throws(() => migrateDatabase(emptyDatabase(test), app), /Restore it from git/)
    rmSync(path)
    assert.throws(() => migrateDatabase(emptyDatabase(test), app), /Restore it from git/)
  })

  it('may not have two of one time', (test) => {
    const own = new TestMigrations(test)
    own.add('0003_a', 'SELECT 1', 5).add('0004_b', 'SELECT 2', 5)
    assert.throws(() => migrateDatabase(emptyDatabase(test), own.app), /the same tag or time/)
  })
})
