import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { replicate } from '../litestream/test-support.ts'
import { app as notesApp } from '../sqlite/test-support.ts'
import { parseReplicaUrl } from '../stores/replica-url.ts'
import { Progress } from './progress.ts'
import { answerOf, begin, bucketScene, note, run } from './test-support.ts'
import { verifyCopy } from './verify-copy.ts'

const migrations = notesApp.migrations ?? ''
const noon = Date.UTC(2020, 0, 1, 12)

/** A replica without epochs of two notes; `verify` looks at it. */
async function scene(test: TestContext) {
  const bucket = bucketScene(test)
  const { folder, path, url } = bucket
  const temporary = join(folder, 'temporary')
  mkdirSync(temporary)
  const change = async (sql: string) => {
    const client = new Sqlite(path)
    client.exec(sql)
    client.close()
    await replicate(path, url)
  }
  const verify = async (...args: string[]) => {
    const env = { TMPDIR: temporary }
    const answer = await run('verify', ['--url', url, '--pause', '0', ...args], env)
    assert.deepEqual(readdirSync(temporary), [])
    return answer
  }
  note(path, 'one')
  note(path, 'two')
  await replicate(path, url)
  return { ...bucket, change, verify }
}

/** An app that shows this. */
async function app(test: TestContext, shown: { total: number; newest: string }) {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/api/notes' ? 200 : 404
    response.end(JSON.stringify(shown))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(() => server.close())
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return `http://127.0.0.1:${address.port}/`
}

describe('verify', () => {
  it('says what the newest copy is and has, and touches nothing', async (test) => {
    const { lead, bucket, verify } = await scene(test)
    rmSync(join(bucket, 'ltx'), { recursive: true })
    await lead({ a: noon, b: noon + 1_000 }, noon)
    await lead({ c: noon + 2_000, d: noon + 3_000 }, noon)
    const before = readdirSync(bucket, { recursive: true })
    const { code, stdout, stderr } = await verify('--json')
    assert.equal(code, 0, stderr)
    const found = JSON.parse(stdout)
    assert.deepEqual(
      [found.ok, found.epoch, found.txid, found.changedAt, found.wrong],
      [true, 2, 2, '2020-01-01T12:00:03.000Z', []],
    )
    assert.deepEqual([found.tables.notes, found.tables.note_count], [2, 1])
    const { length: applied } = readMigrationFiles({ migrationsFolder: migrations })
    assert.deepEqual(found.migrations, { applied, pending: 0, unknown: [] })
    assert.equal(found.stored.objects, 2)
    assert.deepEqual(readdirSync(bucket, { recursive: true }), before)
  })

  it('verifies a replica that has all migrations to come', async (test) => {
    const { path, url, folder } = bucketScene(test)
    const client = new Sqlite(path)
    client.exec('create table notes (id integer primary key, text text)')
    client.close()
    await replicate(path, url)
    const { code, stdout } = await run('verify', ['--url', url], { TMPDIR: folder })
    assert.equal(code, 0)
    assert.match(stdout, /no epoch, transaction 1.+migrations +0 applied, \d still to come/s)
  })

  it('fails where there is nothing', async (test) => {
    const { code, stderr } = await run('verify', ['--url', bucketScene(test).url])
    assert.equal(code, 1)
    assert.match(stderr, /There is no replica/)
  })

  it('finds a damaged replica', async (test) => {
    const { bucket, verify } = await scene(test)
    truncateSync(join(bucket, 'ltx/0', readdirSync(join(bucket, 'ltx/0'))[0] ?? ''), 300)
    const { code, stdout } = await verify('--json')
    assert.equal(code, 1)
    assert.equal(JSON.parse(stdout).problem.code, 'replica-damaged')
  })

  it('finds what contradicts the schema, and rows that refer to nothing', async (test) => {
    const { change, verify } = await scene(test)
    await change(`
      create table a (x check (x > 0));
      pragma ignore_check_constraints = on;
      insert into a values (-1);
      create table b (y references notes (id));
      pragma foreign_keys = off;
      insert into b values (99);
    `)
    const { code, stderr } = await verify()
    assert.equal(code, 1)
    assert.match(stderr, /not good: SQLite finds: CHECK constraint failed in a; /)
    assert.match(stderr, /SQLite finds: row 1 of b refers to nothing/)
  })

  it("finds a migration that this release doesn't know", async (test) => {
    const { change, verify } = await scene(test)
    await change(
      `insert into __drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2999, 0, 1)})`,
    )
    const { code, stderr } = await verify()
    assert.equal(code, 1)
    assert.match(stderr, /doesn't know the migration of 2999-01-01/)
  })

  it('passes when the copy has what the app shows, or more', async (test) => {
    const { verify } = await scene(test)
    const url = await app(test, { total: 1, newest: 'two' })
    const { code, stdout } = await verify('--app', url)
    assert.equal(code, 0)
    assert.match(stdout, /"two" and at least 1 notes are in the copy/)
  })

  it('calls what is missing lost only after the last attempt', async (test) => {
    const { verify } = await scene(test)
    const url = await app(test, { total: 5, newest: 'another' })
    const { code, stdout, stderr } = await verify('--app', url, '--attempts', '3', '--json')
    assert.equal(code, 1)
    const attempts = stderr.match(/^Not in the copy yet: .*$/gm)
    assert.deepEqual(attempts, Array(2).fill('Not in the copy yet: "another", 3 of 5 notes.'))
    assert.deepEqual(JSON.parse(stdout).wrong, [
      'lost: "another", which the app shows',
      'lost: 3 of 5 notes, which the app shows',
    ])
  })

  it('finds what is on its way in a later attempt', async (test) => {
    const { path, url, store, change } = await scene(test)
    const count = (copy: Sqlite.Database) =>
      copy.prepare('select count(*) from notes').pluck().get() as number
    const shown = {
      ...{ words: 'three', facts: {} },
      missingFrom: (copy: Sqlite.Database) => (count(copy) < 3 ? ['the third'] : []),
    }
    let said = 0
    class Arriving extends Progress {
      override say(words: string): void {
        // A restore that takes long says so, too.
        if (!words.startsWith('Not in the copy yet')) return
        said++
        const client = new Sqlite(path)
        client.exec(`insert into notes (text) values ('')`)
        client.close()
        execFileSync('litestream', ['replicate', '-once', path, url])
      }
    }
    await change('select 1')
    const copy = await verifyCopy(shown, { attempts: 2, pauseMs: 1 }, migrations, {
      ...{ store, url: parseReplicaUrl(url), option: '--url' },
      signal: new AbortController().signal,
      progress: new Arriving(null),
    })
    assert.deepEqual([copy?.missing, said], [[], 1])
  })

  it('fails when the app does not answer as it should', async (test) => {
    const { verify } = await scene(test)
    const gone = await verify('--app', 'http://127.0.0.1:9')
    assert.equal(gone.code, 1)
    assert.match(gone.stderr, /127.0.0.1:9\/api\/notes can't be reached/)
    const url = await app(test, { total: 1, newest: 'two' })
    const other = await verify('--app', `${url}elsewhere`)
    assert.match(other.stderr, /answers with 404/)
  })

  it('logs one line for Cloud Logging, which an alert can tell by its severity', async (test) => {
    const { url } = await scene(test)
    const log = (env: Record<string, string>, ...args: string[]) =>
      answerOf(begin('verify', ['--log', ...args], env))
    const good = await log({ REPLICA_URL: url })
    const [line, ...others] = good.stdout.trim().split('\n')
    const { severity, message, ok } = JSON.parse(line ?? '')
    assert.deepEqual([severity, ok, good.code, others], ['INFO', true, 0, []])
    assert.match(message, /^The newest copy restores/)
    const shown = await app(test, { total: 5, newest: 'two' })
    const env = { REPLICA_URL: url, VERIFY_APP: shown }
    const bad = await log(env, '--attempts', '1')
    assert.equal(bad.code, 1)
    assert.equal(bad.stderr, '')
    assert.equal(JSON.parse(bad.stdout).severity, 'ERROR')
    const wrong = await log({ REPLICA_URL: '' })
    assert.equal(wrong.code, 2)
    assert.equal(JSON.parse(wrong.stdout).severity, 'ERROR')
  })

  it('refuses arguments that make no sense', async (test) => {
    const { url } = bucketScene(test)
    for (const args of [
      ['--app', 'nope'],
      ['--attempts', '0'],
      ['--pause', 'x'],
      ['more'],
      ['--no'],
    ]) {
      const { code, stdout, stderr } = await run('verify', ['--url', url, ...args])
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /--help says what there is/)
      const told = await run('verify', ['--url', url, '--json', ...args])
      assert.deepEqual([told.code, told.stderr], [2, ''])
      assert.equal(JSON.parse(told.stdout).problem.code, 'wrong-arguments')
    }
    const { code, stdout } = await run('verify', ['--help'])
    assert.equal(code, 0)
    assert.match(stdout, /npx streamkeeper verify/)
  })
})
