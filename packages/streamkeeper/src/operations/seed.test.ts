import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Lease } from '../lease/lease.ts'
import { runLitestream } from '../litestream/test-support.ts'
import { Events } from '../server/events.ts'
import { Leadership } from '../server/leadership.ts'
import { Lifecycle } from '../server/lifecycle.ts'
import { LocalDatabase } from '../server/local-database.ts'
import { durable } from '../server/test-support.ts'
import { migrateDatabase } from '../sqlite/migrate.ts'
import { openDatabase } from '../sqlite/open.ts'
import { TestMigrations } from '../sqlite/test-migrations.ts'
import { app } from '../sqlite/test-support.ts'
import { parseReplicaUrl } from '../stores/replica-url.ts'
import { addNote, countNotes } from '../test-app/notes.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { Progress } from './progress.ts'
import { seedEpoch } from './seed-epoch.ts'
import { answerOf, begin, bucketScene, note, notesIn, run } from './test-support.ts'

const noon = Date.UTC(2020, 0, 1, 12)

/** A file with one note, to bring into an empty bucket. */
async function scene(test: TestContext) {
  const bucket = bucketScene(test)
  const { folder, url } = bucket
  const file = join(folder, 'mine.db')
  note(file, 'mine')
  const seed = (...args: string[]) => run('seed', ['--from', file, '--url', url, ...args])
  const now = async () => {
    const to = join(folder, 'now.db')
    const { code, stderr } = await run('restore', ['--to', to, '--url', url, '--force'])
    return code === 0 ? notesIn(to) : stderr
  }
  return { ...bucket, file, seed, now }
}

describe('seed', () => {
  it('brings a file into an empty bucket as an epoch that was restored once', async (test) => {
    const { file, seed, now, lease } = await scene(test)
    const before = readFileSync(file)
    const { code, stdout, stderr } = await seed('--json')
    assert.equal(code, 0, stderr)
    const { ok, epoch, hadData, tables } = JSON.parse(stdout)
    assert.deepEqual([ok, epoch, hadData, tables.notes], [true, 1, false, 1])
    assert.deepEqual(await now(), ['mine'])
    assert.deepEqual(readFileSync(file), before)
    const view = await lease.read()
    assert.deepEqual([view.lease.restorable, view.lease.holder], [1, null])
  })

  it('leaves the bucket alone where a text is none', async (test) => {
    const { file, seed, store } = await scene(test)
    const client = new Sqlite(file)
    client.exec(`update notes set text = cast(x'68e9' as text)`)
    client.close()
    const { code, stderr } = await seed()
    assert.equal(code, 1)
    assert.match(stderr, /mine\.db has bytes that are no text.+ notes\.text of the row 1\./)
    assert.deepEqual(await store.list(''), [])
  })

  it('migrates the file of an earlier release on the way', async (test) => {
    const { file, seed } = await scene(test)
    const earlier = openDatabase(`${file}.earlier`)
    migrateDatabase(earlier, { ...new TestMigrations(test).keepFirst(1).app, config: {} })
    earlier.$client.exec(`insert into notes (text) values ('a'), ('b')`)
    earlier.$client.close()
    const { code, stdout } = await seed('--from', `${file}.earlier`)
    assert.equal(code, 0)
    assert.match(stdout, /notes 2, tags 0/)
  })

  it('replaces data only when told, and says where that is then', async (test) => {
    const { seed, now, lead, url, folder } = await scene(test)
    await lead({ before: noon }, noon)
    const refused = await seed()
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /There is data in the bucket already.+--replace/)
    assert.deepEqual(await now(), ['before'])
    const { code, stdout } = await seed('--replace')
    assert.equal(code, 0)
    assert.match(stdout, /before +the data before is in epoch-00000001, for at least 24 h more/)
    assert.deepEqual(await now(), ['mine'])
    const to = join(folder, 'before.db')
    await run('restore', ['--to', to, '--url', url, '--epoch', '1'])
    assert.deepEqual(notesIn(to), ['before'])
  })

  it('takes data for data that no epoch is complete of', async (test) => {
    const { seed, lead } = await scene(test)
    await lead({ 'never complete': noon }, null)
    assert.match((await seed()).stderr, /There is data in the bucket already/)
  })

  it('refuses what is no sound database of this app, and leaves the bucket as it is', async (test) => {
    const { file, seed, store } = await scene(test)
    const change = (name: string, sql: string) => {
      const client = new Sqlite(`${file}.${name}`)
      client.exec(sql)
      client.close()
    }
    writeFileSync(`${file}.text`, 'no database')
    change('other', 'create table passwords (x)')
    change(
      'newer',
      `create table notes (id); create table __drizzle_migrations (id, hash, created_at);
      insert into __drizzle_migrations values (1, 'x', ${Date.UTC(2999, 0, 1)})`,
    )
    change(
      'unsound',
      `create table notes (id check (id > 0)); pragma ignore_check_constraints = on;
      insert into notes values (-1)`,
    )
    for (const [name, words] of [
      ['nothing', /There is no file/],
      ['text', /is not a SQLite database/],
      ['other', /has no table notes/],
      ['newer', /at migration 2999-01-01.+Bring .+ in with that release/],
      ['unsound', /fails SQLite's check: CHECK constraint failed in notes/],
    ] as const) {
      const { code, stderr } = await seed('--from', `${file}.${name}`)
      assert.equal(code, 1)
      assert.match(stderr, words)
    }
    assert.deepEqual(await store.list(''), [])
  })

  it('refuses the data of another service, and arguments that make no sense', async (test) => {
    const { seed, lead } = await scene(test)
    await lead({ before: noon }, noon)
    const other = await seed('--service', 'other', '--replace')
    assert.equal(other.code, 1)
    assert.match(other.stderr, /Another service/)
    for (const args of [
      ['--wait', 'long'],
      ['--url', 'gs://bucket/app'],
      ['--service', ''],
      ['x'],
    ]) {
      assert.equal((await seed(...args)).code, 2)
    }
    assert.equal((await run('seed', [])).code, 2)
  })
})

describe('seed beside a running app', () => {
  it('is handed the lease, and the app goes on with the file', async (test) => {
    const { base, store, seed, now, file } = await scene(test).then((s) => ({ ...s, base: s.url }))
    const { litestream, folder } = await runLitestream(test)
    const me = { id: 'app', service: 'local', revision: 'app', instance: 'i' }
    const timing = { ttlMs: 1_800, renewMs: 100, storeClockMs: 200 }
    const lease = new Lease(store, base, me, { timing })
    const restore = { signal: new AbortController().signal, stallMs: 10_000 }
    const database = new LocalDatabase({
      ...{ path: join(folder, 'app.db'), base, app, restore },
    })
    const lifecycle = new Lifecycle()
    const leadership = new Leadership({
      ...{ lease, store, litestream, database, lifecycle, base },
      events: new Events('app'),
      onSync: () => {},
      timing: {
        ...{
          pollMs: 20,
          idlePollMs: 20,
          waitMs: 10,
          patienceMs: 20_000,
          minimumHoldMs: 0,
          yieldMs: 500,
        },
        ...{ retentionMs: 1e9, closeMs: 1_000, pauseMs: 10 },
      },
      onGone: (error) => assert.fail(String(error)),
    })
    test.after(() => database.close())
    await leadership.lead()
    for (let times = 0; times < 5; times++) addNote(database.open)
    await durable(leadership)

    const { code, stdout, stderr } = await seed('--replace')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /app i leads: it is asked to hand over/)
    assert.match(stdout, /the data before is in epoch-00000001/)
    assert.equal(lifecycle.state.name, 'following')
    await leadership.lead()
    assert.equal(countNotes(database.open), 1)
    addNote(database.open, 'more')
    await leadership.end()
    assert.deepEqual(await now(), ['mine', 'more'])
    assert.deepEqual(notesIn(file), ['mine'])
  })

  it('changes nothing when the app does not hand over', async (test) => {
    const { seed, lead, lease, now } = await scene(test)
    await lead({ before: noon }, noon)
    await lease.acquire()
    const { code, stderr } = await seed('--replace', '--wait', '0.1')
    assert.equal(code, 1)
    assert.match(stderr, /r i leads, and did not hand over within 0 s. Nothing was changed/)
    assert.equal(await lease.renew(), 'wanted')
    assert.deepEqual(await now(), ['before'])
  })
})

describe('seed that is interrupted', () => {
  it('leaves what was there before when its lease is lost at the last moment', async (test) => {
    const { url, file, store, lead, now, lease } = await scene(test)
    await lead({ before: noon }, noon)
    lease.publishEpoch = async () => null
    const seeding = seedEpoch(
      {
        ...{ file, replace: true, app, lease, now: Date.now },
        timing: { pollMs: 20, waitMs: 10, patienceMs: 1_000 },
      },
      {
        ...{ url: parseReplicaUrl(url), option: '--url', store, progress: new Progress(null) },
        signal: new AbortController().signal,
      },
    )
    await assert.rejects(seeding, /The lease was lost/)
    assert.deepEqual(await now(), ['before'])
  })

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    it(`leaves what was there before by ${signal} during the upload`, async (test) => {
      const { url, file, folder, lead, now, lease } = await scene(test)
      await lead({ before: noon }, noon)
      const hung = hangingLitestream(folder)
      const args = ['--from', file, '--url', url, '--replace']
      const child = begin('seed', args, {
        PATH: `${hung.path}:${process.env.PATH}`,
        TMPDIR: folder,
      })
      const answer = answerOf(child)
      await hung.started
      child.kill(signal)
      const { code, stderr } = await answer
      hung.end()
      assert.equal(code, signal === 'SIGKILL' ? null : 1)
      assert.deepEqual(await now(), ['before'])
      const view = await lease.read()
      assert.equal(view.lease.restorable, 1)
      if (signal === 'SIGKILL') return
      assert.match(stderr, new RegExp(`Interrupted by ${signal}`))
      assert.equal(view.lease.holder, null)
    })
  }
})

/** A Litestream that gets stuck while it uploads. */
function hangingLitestream(folder: string) {
  const path = join(folder, 'bin')
  const marks = join(folder, 'marks')
  mkdirSync(path)
  mkdirSync(marks)
  const real = process.env.PATH?.split(':')
    .map((entry) => join(entry, 'litestream'))
    .find(existsSync)
  assert.ok(real)
  const script = `#!/bin/sh
[ "$1" = replicate ] || exec ${real} "$@"
echo $$ > ${marks}/new && mv ${marks}/new ${marks}/pid
exec sleep 60`
  writeFileSync(join(path, 'litestream'), script)
  chmodSync(join(path, 'litestream'), 0o755)
  const mark = join(marks, 'pid')
  const started = (async () => {
    const watcher = watch(marks)
    while (!existsSync(mark)) await once(watcher, 'change')
    watcher.close()
  })()
  const end = () => {
    try {
      process.kill(Number(readFileSync(mark, 'utf8')), 'SIGKILL')
    } catch {
      // It was ended with the command.
    }
  }
  return { path, started, end }
}

describe('The commands on Cloud Storage', () => {
  let cloud: FakeCloudStorage
  before(async () => {
    cloud = await FakeCloudStorage.start()
  })
  after(() => cloud[Symbol.asyncDispose]())

  it('seed, list, verify and restore', async (test) => {
    const { file, folder } = await scene(test)
    const url = cloud.emptyUrl()
    const env = { STORAGE_EMULATOR_HOST: cloud.host, REPLICA_URL: url }
    const seeded = await run('seed', ['--from', file, '--service', 'notes'], env)
    assert.equal(seeded.code, 0, seeded.stderr)
    const { epochs, service } = JSON.parse((await run('history', ['--json'], env)).stdout)
    assert.deepEqual([epochs.length, service], [1, 'notes'])
    const verified = JSON.parse((await run('verify', ['--json'], env)).stdout)
    assert.deepEqual([verified.ok, verified.epoch, verified.tables.notes], [true, 1, 1])
    assert.deepEqual(
      [verified.stored, Date.parse(verified.changedAt)],
      [{ objects: 1, bytes: epochs[0].bytes }, epochs[0].last.at],
    )
    const to = join(folder, 'restored.db')
    const { code } = await run('restore', ['--to', to], env)
    assert.equal(code, 0)
    assert.deepEqual(notesIn(to), ['mine'])
    const at = new Date(epochs[0].last.at - 1).toISOString()
    const early = await run('restore', ['--to', to, '--force', '--at', at], env)
    assert.match(early.stderr, /is not kept/)
  })
})
