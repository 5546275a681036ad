import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { replicate } from '../litestream/test-support.ts'
import { note } from '../operations/test-support.ts'
import { migrateDatabase } from '../postgres/migrate.ts'
import { openPostgres } from '../postgres/open.ts'
import { withPostgres } from '../postgres/test-support.ts'
import { epochUrl } from '../stores/replica-url.ts'
import {
  appOnPostgres,
  filledScene,
  moveScene,
  noon,
  notesOn,
  migrations as postgresMigrations,
} from './test-support.ts'

const postgres = withPostgres()
const scene = (test: TestContext) => filledScene(test, postgres)

describe('move that may not be', () => {
  it('refuses rows that no move has brought, unless they may be replaced', async (test) => {
    const { there, databaseUrl, inBucket, inPostgres, query } = await scene(test)
    const database = openPostgres(databaseUrl, 'notes')
    await migrateDatabase(database, postgresMigrations)
    for (const text of ['theirs', 'also theirs', 'one']) await notesOn(database).add(text)
    const before = await inPostgres()
    assert.match((await there('--replace')).stderr, /^An app uses the database just now/m)
    await database.$client.end()
    const refused = await there()
    assert.equal(refused.code, 1)
    assert.match(
      refused.stderr,
      /has 4 rows that no move has brought. Nothing was changed.+--replace/,
    )
    assert.deepEqual(await inPostgres(), before)
    const replaced = await there('--replace')
    assert.equal(replaced.code, 0, replaced.stderr)
    assert.deepEqual(await inPostgres(), await inBucket())
    // Those that were there have had the ids up to 3.
    const [row] = await query(`insert into notes (text) values ('') returning id`)
    assert.equal(row.id, '4')
  })

  it('refuses a text that is none, which would be another on the other side', async (test) => {
    const { there, inPostgres, lease, url, folder } = await scene(test)
    await there()
    const before = await inPostgres()
    const path = `${folder}/app.db`
    note(path, 'one')
    const client = new Sqlite(path)
    client.exec(`update notes set text = cast(x'e9' as text)`)
    client.close()
    const { epoch } = await lease.acquire()
    await replicate(path, epochUrl(url, epoch))
    await lease.publishEpoch(Date.now())
    await lease.release()
    const { code, stderr } = await there()
    assert.equal(code, 1)
    assert.match(stderr, /notes\.text of the row 1 has bytes that are no text/)
    assert.deepEqual(await inPostgres(), before)
  })

  it('refuses a PostgreSQL that takes any bytes for text', async (test) => {
    const databaseUrl = await postgres.emptyUrl("encoding 'SQL_ASCII' template template0")
    const { there, back } = moveScene(test, databaseUrl)
    for (const { code, stderr } of [await there(), await back()]) {
      assert.equal(code, 1)
      assert.match(stderr, /SQL_ASCII/)
    }
  })

  it('refuses what was written since, as an app may use it', async (test) => {
    const { there, databaseUrl, change, inPostgres } = await scene(test)
    await there()
    const app = appOnPostgres(test, databaseUrl)
    await app.add('more')
    await change(`insert into tags (label) values ('')`)
    const before = await inPostgres()
    const { code, stderr } = await there()
    assert.equal(code, 1)
    assert.match(stderr, /Somebody has written to the database since the move of 20/)
    assert.deepEqual(await inPostgres(), before)
  })

  it('refuses a row that was corrupted', async (test) => {
    const { there, query } = await scene(test)
    await there()
    await query(`update notes set text = 'One' where id = 1`)
    assert.match((await there()).stderr, /Somebody has written/)
  })

  it('refuses what came from elsewhere', async (test) => {
    const { there, databaseUrl } = await scene(test)
    await there()
    const other = moveScene(test, databaseUrl)
    await other.lead({ other: noon }, noon)
    const { code, stderr } = await other.there()
    assert.equal(code, 1)
    assert.match(stderr, /has what was moved from file:/)
  })

  it('refuses tables of another release', async (test) => {
    const { there, back, query } = await scene(test)
    await there()
    await query('update drizzle.__drizzle_migrations set created_at = 4102444800000')
    const newer = /at migration 2100-01-01.+knows none after .+Move with that release/
    assert.match((await there()).stderr, newer)
    assert.match((await back()).stderr, newer)
    await query('update drizzle.__drizzle_migrations set created_at = 1')
    assert.match(
      (await there()).stderr,
      /tables of an older release. Start this release on it first/,
    )
    assert.match((await back()).stderr, /tables of an older release/)
    const empty = moveScene(test, await postgres.emptyUrl())
    assert.match((await empty.back()).stderr, /has no tables of this app/)
  })

  it('refuses a bucket of a newer release', async (test) => {
    const { there, lease, url, folder, query } = await scene(test)
    const path = `${folder}/newer.db`
    const client = new Sqlite(path)
    client.exec(`create table notes (id); create table __drizzle_migrations (id, hash, created_at);
      insert into __drizzle_migrations values (1, 'x', ${Date.UTC(2999, 0, 1)})`)
    client.close()
    const { epoch } = await lease.acquire()
    await replicate(path, epochUrl(url, epoch))
    await lease.publishEpoch(noon)
    await lease.release()
    const { code, stderr } = await there()
    assert.equal(code, 1)
    assert.match(stderr, /at migration 2999-01-01.+Move with that release/)
    assert.deepEqual(await query(`select 1 from pg_tables where schemaname = 'public'`), [])
  })

  it('leaves no table and no column behind without being told', async (test) => {
    const { there, back, change, query } = await scene(test)
    await change(`create table polls (id integer primary key); insert into polls values (1);
      alter table notes add mood text`)
    const refused = await there()
    assert.equal(refused.code, 1)
    assert.match(
      refused.stderr,
      /the schemas don't: notes.mood, polls.+--without notes.mood --without polls/,
    )
    assert.match((await there('--without', 'polls')).stderr, /don't: notes.mood. Add/)
    assert.equal((await there('--without', 'polls', '--without', 'notes.mood')).code, 0)
    await query('create table polls (id bigint); alter table tags add mood text')
    assert.match((await back()).stderr, /--without polls --without tags.mood/)
  })

  it('refuses a bucket that has data, before anybody is stopped', async (test) => {
    const { there, back, inBucket } = await scene(test)
    await there()
    const before = await inBucket()
    const { code, stderr } = await back('--switch')
    assert.equal(code, 1)
    assert.match(stderr, /^There is data in the bucket already/m)
    assert.deepEqual(await inBucket(), before)
  })

  it('says that there is nothing in an empty bucket', async (test) => {
    const { there } = moveScene(test, await postgres.emptyUrl())
    const { code, stderr } = await there()
    assert.equal(code, 1)
    assert.match(stderr, /There is no replica below/)
  })
})
