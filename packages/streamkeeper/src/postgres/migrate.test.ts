import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { MigrationProblem, NewerSchema } from '../sqlite/migrate.ts'
import { readMigrations } from '../sqlite/migrations.ts'
import { TestMigrations } from '../sqlite/test-migrations.ts'
import { notes, tags } from '../test-app/postgres-schema.ts'
import { appliedMigration, migrateDatabase, mustBeMigrated } from './migrate.ts'
import { openPostgres } from './open.ts'
import { migrations, withPostgres } from './test-support.ts'

describe('The migrations for PostgreSQL', () => {
  const postgres = withPostgres()
  const count = readMigrations(migrations).length

  it('change nothing in a database that has them all', async (test) => {
    const database = await postgres.database(test)
    await database.insert(tags).values({ label: 'a' })
    await migrateDatabase(database, migrations)
    assert.equal(await database.$count(tags), 1)
  })

  it('are not made for a preview, which says so', async (test) => {
    const database = openPostgres(await postgres.emptyUrl(), 'notes')
    test.after(() => database.$client.end())
    await assert.rejects(mustBeMigrated(database, migrations), { code: 'preview' })
    assert.equal(await appliedMigration(database), 0)
    await migrateDatabase(database, migrations)
    await mustBeMigrated(database, migrations)
  })

  /** How many migrations are applied when many start at once. */
  async function startAtOnce(test: TestContext, url: string) {
    const databases = Array.from({ length: 8 }, () => openPostgres(url, 'notes'))
    test.after(() => Promise.all(databases.map(({ $client }) => $client.end())).then(() => {}))
    await Promise.all(databases.map((database) => migrateDatabase(database, migrations)))
    const applied = 'select count(*)::int as count from drizzle.__drizzle_migrations'
    return (await databases[0]?.execute(applied))?.rows
  }

  it('are made once by many who start at once', async (test) => {
    assert.deepEqual(await startAtOnce(test, await postgres.emptyUrl()), [{ count }])
  })

  it('wait for another instance, and say so after a while', async (test) => {
    const database = openPostgres(await postgres.emptyUrl(), 'notes')
    test.after(() => database.$client.end())
    await database.transaction(async (other) => {
      await other.execute('select pg_advisory_xact_lock(7236101)')
      await assert.rejects(migrateDatabase(database, migrations, { turnMs: 50 }), {
        code: 'database-migrating',
      })
    })
    await migrateDatabase(database, migrations)
  })

  it('hold nobody up who waits behind a table that is in use', async (test) => {
    const database = await postgres.database(test)
    const text = 'alter table tags add column color text'
    const { folder } = new TestMigrations(test, migrations).add('0001_own', text)
    await database.transaction(async (other) => {
      await other.execute('select * from tags')
      const migrated = migrateDatabase(database, folder, { lockMs: 50 })
      await assert.rejects(migrated, { code: 'database-busy' })
      await database.insert(tags).values({ label: 'a' })
    })
    await migrateDatabase(database, folder)
  })

  for (const [what, body] of [
    ['has no locks for that', "raise exception 'no locks' using errcode = '0A000';"],
    ['only acts as if it locked', 'null;'],
  ]) {
    it(`are made once where the server ${what}`, async (test) => {
      const url = await postgres.emptyUrl()
      const database = openPostgres(url, 'notes')
      test.after(() => database.$client.end())
      // It takes the place of the server's own.
      await database.execute(`
        create function pg_advisory_xact_lock(bigint) returns void language plpgsql
          as $$ begin ${body} end $$;
        alter database ${new URL(url).pathname.slice(1)} set search_path = public, pg_catalog;
      `)
      assert.deepEqual(await startAtOnce(test, url), [{ count }])
    })
  }

  it('leave a database alone that a newer release has migrated, and name both', async (test) => {
    const database = await postgres.database(test)
    await database.execute(`
      insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2999, 0, 1)});
      drop table notes;
    `)
    await assert.rejects(migrateDatabase(database, migrations), (error) => {
      assert.ok(error instanceof NewerSchema)
      assert.match(error.message, /2999-01-01/)
      return true
    })
    await assert.rejects(database.select().from(notes))
  })

  it('are made though newer ones of another branch were made before', async (test) => {
    const database = await postgres.database(test)
    const own = new TestMigrations(test, migrations).add(
      '0001_newer',
      'create table newer (id int)',
    )
    await migrateDatabase(database, own.folder)
    const { entries: journal } = own.journal
    own.add('0002_older', 'create table older (id int)', (journal.at(-1)?.when ?? 0) - 500)
    await migrateDatabase(database, own.folder)
    await migrateDatabase(database, own.folder)
    await database.execute('select * from older, newer')
    await assert.rejects(migrateDatabase(database, migrations), NewerSchema)
  })

  for (const [sql, words] of [
    ['insert into notes (id) values (1)', /null value in column "text"/],
    ['create unique index one on tags (label)', /could not create unique index/],
    ['create table notes (id int)', /relation "notes" already exists/],
  ] as const) {
    it(`change nothing where one fails, and say what and why: ${sql}`, async (test) => {
      const database = await postgres.database(test)
      await database.insert(tags).values([{ label: 'a' }, { label: 'a' }])
      const text = `drop table note_count;--> statement-breakpoint\n${sql}`
      const { folder } = new TestMigrations(test, migrations).add('0001_own', text)
      await assert.rejects(migrateDatabase(database, folder), (error) => {
        assert.ok(error instanceof MigrationProblem)
        assert.match(error.message, /^0001_own\.sql can't be applied, at the statement "/)
        assert.match(error.message, words)
        return true
      })
      await database.execute('select * from note_count')
    })
  }
})
