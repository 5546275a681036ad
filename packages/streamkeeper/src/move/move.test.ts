import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { Client } from 'pg'
import { answerOf } from '../operations/test-support.ts'
import { migrateDatabase, refuseHalfMoved } from '../postgres/migrate.ts'
import { openPostgres } from '../postgres/open.ts'
import { withPostgres } from '../postgres/test-support.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import {
  beginMove,
  filledScene,
  inFile,
  migrations,
  moveScene,
  runMove,
  whileSwitched,
} from './test-support.ts'

const postgres = withPostgres()
const scene = (test: TestContext) => filledScene(test, postgres)

describe('move', () => {
  it('brings the bucket to PostgreSQL and back, equal to the byte', async (test) => {
    const { there, args, inBucket, inPostgres, lease } = await scene(test)
    const before = await inBucket()
    const { code, stdout, stderr } = await there()
    assert.equal(code, 0, stderr)
    assert.match(stdout, /notes +2 .+--switch/s)
    assert.deepEqual(await inPostgres(), before)
    const back = beginMove([...args.back, '--replace', '--switch'])
    const answer = answerOf(back)
    const words: string[] = []
    assert.ok(back.stderr)
    for await (const line of createInterface(back.stderr)) {
      words.push(line)
      if (line.includes('Press Ctrl-C')) break
    }
    assert.match(words.join('\n'), /REPLICA_URL=file:.+ npm start/)
    back.kill('SIGINT')
    assert.equal((await answer).code, 0, (await answer).stderr)
    assert.deepEqual(await inBucket(), before)
    const { restorable, holder } = (await lease.read()).lease
    assert.deepEqual([restorable, holder], [2, null])
  })

  it('leaves the bucket alone on the way from PostgreSQL until it switches', async (test) => {
    const { there, back, store, work, inPostgres, url } = await scene(test)
    await there()
    const objects = async () => (await store.list('')).map(({ name }) => name)
    const before = await objects()
    const { code, stdout } = await back()
    assert.equal(code, 0)
    assert.deepEqual(await objects(), before)
    const [, file = ''] = /^(\S+\.db) has what/.exec(stdout) ?? []
    assert.ok(file.startsWith(work))
    assert.ok(stdout.includes(`${url} is as it was`))
    assert.deepEqual(await inFile(file), await inPostgres())
  })

  it('brings what was changed and deleted since, and nothing else', async (test) => {
    const { there, change, inBucket, inPostgres } = await scene(test)
    await there()
    await change(`delete from notes where id = 1;
      update notes set text = 'Two' where id = 2`)
    const { stdout } = await there()
    // The note, and how many there are.
    assert.match(stdout, /changed +2 rows brought, 1 removed/)
    assert.deepEqual(await inPostgres(), await inBucket())
  })

  it('goes on where it was killed', async (test) => {
    const { there, change, args, query, databaseUrl, inBucket, inPostgres } = await scene(test)
    await change(`with recursive n (n) as (values (1) union all select n + 1 from n where n < ${many})
      insert into tags (label) select 'a label' from n`)
    const copied = await firstInserted(test, databaseUrl)
    const killed = beginMove(args.there)
    await unlessItEnds(killed, copied.done)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const before = Number((await query('select count(*) from tags'))[0]?.count)
    assert.ok(before > 0 && before < many, `${before}`)
    await noMoveUnderWay(query)
    const database = openPostgres(databaseUrl, 'notes')
    test.after(() => database.$client.end())
    // An app would show people what is there, and let them write.
    await assert.rejects(
      refuseHalfMoved(database),
      /has not ended. Run `npx streamkeeper move` again/,
    )
    const { code, stdout, stderr } = await there()
    assert.equal(code, 0, stderr)
    await refuseHalfMoved(database)
    assert.doesNotMatch(stdout, /40,0\d\d rows brought/)
    assert.deepEqual(await inPostgres(), await inBucket())
  })

  it('goes on where it was killed, on the way back', async (test) => {
    const { back, args, query, work, inPostgres } = await manyTags(test)
    const copied = firstCopied(work)
    const killed = beginMove(args.back)
    await unlessItEnds(killed, copied)
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    const before = tagsIn(work)
    assert.ok(before > 0 && before < many, `${before}`)
    await noMoveUnderWay(query)
    const { code, stdout, stderr } = await back()
    assert.equal(code, 0, stderr)
    assert.match(stdout, new RegExp(`changed +${(many - before).toLocaleString('en-US')} rows`))
    const [, file = ''] = /^(\S+\.db) has what/.exec(stdout) ?? []
    assert.deepEqual(await inFile(file), await inPostgres())
  })

  it('says so when the connection is cut while it copies, and goes on when it is run again', async (test) => {
    const { back, query, work, inPostgres } = await manyTags(test)
    const copied = firstCopied(work)
    const answer = back()
    await copied
    await query(`select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and datname = current_database()`)
    const { code, stderr } = await answer
    assert.equal(code, 1)
    assert.match(stderr, /Then run it again\. It says: /)
    assert.ok(tagsIn(work) > 0)
    const { stdout } = await back()
    assert.doesNotMatch(stdout, /40,000 rows brought/)
    const [, file = ''] = /^(\S+\.db) has what/.exec(stdout) ?? []
    assert.deepEqual(await inFile(file), await inPostgres())
  })

  it('keeps a second one out meanwhile', async (test) => {
    const { there, args } = await scene(test)
    await there()
    await whileSwitched(args.there, async () => {
      const { code, stderr } = await there()
      assert.equal(code, 1)
      assert.match(stderr, /Another move is under way with 127.0.0.1:/)
    })
  })

  it('says nothing of the password', async (test) => {
    const { there, back, url, databaseUrl } = await scene(test)
    const wrong = databaseUrl.replace('secret', 'guessed')
    const all = [
      await there(),
      await there('--json'),
      await back(),
      await runMove(['--from', url, '--to', wrong]),
      await runMove(['--to', databaseUrl.replace('postgres:', 'postgras:')]),
      await runMove([databaseUrl]),
      await runMove(['--to', databaseUrl, '--from', databaseUrl]),
    ]
    for (const { stdout, stderr } of all) assert.doesNotMatch(stdout + stderr, /secret|guessed/)
    assert.deepEqual(
      all.map(({ code }) => code),
      [0, 0, 0, 1, 2, 2, 2],
    )
    assert.match(all[3]?.stderr ?? '', /Check the user and the password in its URL/)
  })

  it('takes the database from DATABASE_URL, so that no list of processes has it', async (test) => {
    const { url, databaseUrl, inBucket, inPostgres } = await scene(test)
    const given = { REPLICA_URL: url, DATABASE_URL: databaseUrl }
    assert.equal((await runMove(['--to', 'postgres'], given)).code, 0)
    assert.deepEqual(await inPostgres(), await inBucket())
    const without = await runMove(['--to', 'postgres'])
    assert.equal(without.code, 2)
    assert.match(without.stderr, /--to postgres needs DATABASE_URL/)
  })
})

describe('move', () => {
  for (const [name, Storage] of [
    ['Cloud Storage', FakeCloudStorage],
    ['a store that speaks S3', S3Server],
  ] as const) {
    it(`brings a database into ${name} and back, for the service that it is told`, async (test) => {
      await using storage = await Storage.start()
      const { there, databaseUrl, work, inPostgres } = await scene(test)
      await there()
      const bucket = storage.emptyUrl()
      const env = { ...storage.environment, REPLICA_URL: bucket }
      const move = (...args: string[]) => runMove(args, env)
      const back = ['--from', databaseUrl, '--work', work, '--switch', '--stopped']
      if (bucket.startsWith('gs:')) {
        const nameless = await move(...back)
        assert.equal(nameless.code, 2)
        assert.match(nameless.stderr, /--service is missing/)
      }
      const before = await inPostgres()
      const { code, stdout, stderr } = await move(...back, '--service', 'blog')
      assert.equal(code, 0, stderr)
      const next = bucket.startsWith('gs:')
        ? /npx streamkeeper deploy .+ --service blog --bucket /
        : /REPLICA_URL=s3:/
      assert.match(stdout, next)
      const other = moveScene(test, await postgres.emptyUrl())
      assert.equal((await move('--to', other.databaseUrl)).code, 0)
      assert.deepEqual(await other.inPostgres(), before)
    })
  }
})

/** The server takes a moment to see that the connection of who was killed is gone. */
async function noMoveUnderWay(query: (sql: string) => Promise<{ count?: string }[]>) {
  const locks = `select count(*) from pg_locks where locktype = 'advisory'
    and database = (select oid from pg_database where datname = current_database())`
  while ((await query(locks))[0]?.count !== '0') await setImmediate()
}

// Several blocks, so that there is a moment when some of them are there.
const many = 40_000

/** Resolves with a promise of the first tags that are committed to a database, which is migrated before. */
async function firstInserted(test: TestContext, url: string): Promise<{ done: Promise<unknown> }> {
  await migrated(url)
  const client = new Client(url)
  await client.connect()
  test.after(() => client.end())
  await client.query(`create function tell() returns trigger language plpgsql
      as 'begin notify inserted; return null; end';
    create trigger told after insert on tags execute function tell();
    listen inserted`)
  return { done: once(client, 'notification') }
}

/** Resolves when some tags have been copied to the file in the folder. */
async function firstCopied(work: string): Promise<void> {
  mkdirSync(work)
  const watcher = watch(work)
  while (tagsIn(work) === 0) {
    await once(watcher, 'change')
    // To look is a change as well: without a pause, nothing else would run.
    await setImmediate()
  }
  watcher.close()
}

async function unlessItEnds(child: ChildProcess, happened: Promise<unknown>): Promise<void> {
  const early = once(child, 'exit').then(([code]) => assert.fail(`It ended with ${code}.`))
  await Promise.race([happened, early])
}

async function migrated(url: string): Promise<void> {
  const database = openPostgres(url, 'notes')
  await migrateDatabase(database, migrations)
  await database.$client.end()
}

/** An app on PostgreSQL that has many tags, and an empty bucket. */
async function manyTags(test: TestContext) {
  const made = moveScene(test, await postgres.emptyUrl())
  await migrated(made.databaseUrl)
  await made.query(`insert into tags (id, label)
    select n, 'a label' from generate_series(1, ${many}) as n`)
  return made
}

/** How many tags have been copied to the file in the folder. */
function tagsIn(folder: string): number {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const name = names.find((name) => name.endsWith('.db'))
  if (!name) return 0
  const client = new Sqlite(join(folder, name), { readonly: true })
  try {
    return client.prepare('select count(*) from tags').pluck().get() as number
  } catch {
    // Its tables are being made.
    return 0
  } finally {
    client.close()
  }
}
