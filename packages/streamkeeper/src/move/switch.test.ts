import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Lease } from '../lease/lease.ts'
import { runLitestream } from '../litestream/test-support.ts'
import { migrateDatabase } from '../postgres/migrate.ts'
import { openPostgres } from '../postgres/open.ts'
import { PostgresProblem } from '../postgres/problem.ts'
import { withPostgres } from '../postgres/test-support.ts'
import { Events } from '../server/events.ts'
import { Leadership } from '../server/leadership.ts'
import { Lifecycle } from '../server/lifecycle.ts'
import { LocalDatabase } from '../server/local-database.ts'
import { durable } from '../server/test-support.ts'
import { app } from '../sqlite/test-support.ts'
import type { Store } from '../stores/store.ts'
import { addNote } from '../test-app/notes.ts'
import {
  appOnPostgres,
  filledScene,
  moveScene,
  migrations as postgresMigrations,
  whileSwitched,
} from './test-support.ts'

const postgres = withPostgres()
const scene = (test: TestContext) => filledScene(test, postgres)

describe('move while the app runs', () => {
  it('stops who writes to the bucket, and has all that was acknowledged', async (test) => {
    const { args, url, store, inBucket, inPostgres, lease, query } = await scene(test)
    const app = await leadingApp(test, url, store)
    const acknowledged: string[] = []
    const writing = (async () => {
      for (let n = 0; ; n++) {
        await app.write(`while moving ${n}`)
        acknowledged.push(`while moving ${n}`)
      }
    })().catch(() => 'stopped')
    const answer = await whileSwitched(args.there, async (words) => {
      assert.match(words, /app i leads: it is asked to hand over/)
      assert.equal(await writing, 'stopped')
      assert.ok(acknowledged.length > 0)
      const rows = await query('select text from notes')
      const texts = new Set(rows.map(({ text }) => text))
      assert.deepEqual(
        acknowledged.filter((text) => !texts.has(text)),
        [],
      )
      assert.deepEqual(await inPostgres(), await inBucket())
      assert.equal(await Promise.race([app.leads(), stillHeld(lease)]), 'held')
    })
    assert.equal(answer.code, 0, answer.stderr)
    assert.match(answer.stdout, /The lease is free/)
    // Nobody has to wait until it runs out.
    assert.notEqual((await lease.read()).lease.holder?.revision, 'move')
    assert.equal(await app.leads(), 'leads')
    // Before Litestream ends.
    await app.end()
  })

  it('says so when it loses the lease, as the app may write then', async (test) => {
    const { args, store } = await scene(test)
    const answer = await whileSwitched(
      args.there,
      async () => {
        await store.remove('lease.json')
      },
      'by itself',
    )
    assert.equal(answer.code, 1)
    assert.match(answer.stderr, /The lease was lost.+Switch again/)
  })

  it('stops who writes to PostgreSQL, and has all that was committed', async (test) => {
    const { there, args, databaseUrl, inBucket, inPostgres, query } = await scene(test)
    await there()
    const app = appOnPostgres(test, databaseUrl)
    const written: string[] = []
    const writing = (async () => {
      for (let n = 0; ; n++) {
        await app.add(`while moving ${n}`)
        written.push(`while moving ${n}`)
      }
    })().catch((error) => error)
    const answer = await whileSwitched([...args.back, '--replace'], async () => {
      assert.ok(written.length > 0)
      const { notes = [] } = await inBucket()
      assert.deepEqual(
        written.filter((text) => !notes.some((row) => row.includes(`:${text}-`))),
        [],
      )
      assert.deepEqual(await inPostgres(), await inBucket())
      const writes = 'begin; lock table notes in row exclusive mode nowait'
      await assert.rejects(query(writes), /could not obtain lock/)
      // Who only reads goes on.
      assert.ok((await app.list()).length > 0)
      // Who writes is told so.
      const refused = await writing
      assert.ok(refused instanceof PostgresProblem)
      assert.equal(refused.code, 'database-busy')
    })
    assert.equal(answer.code, 0, answer.stderr)
    await app.add('once more')
  })

  it('says so when the connection that stops them is cut', async (test) => {
    const { there, args, query } = await scene(test)
    await there()
    const { code, stderr } = await whileSwitched(
      [...args.back, '--replace'],
      async () => {
        await query(`select pg_terminate_backend(pid) from pg_stat_activity
          where pid <> pg_backend_pid() and datname = current_database()`)
      },
      'by itself',
    )
    assert.equal(code, 1)
    assert.match(stderr, /was cut, and with it those who write go on/)
  })

  it('leaves the bucket as it was where what comes from there is not what was sent', async (test) => {
    const { there, back, bucket, work, lease } = await scene(test)
    await there()
    const watcher = watch(bucket)
    const answer = back('--switch', '--stopped', '--replace')
    while (!existsSync(join(bucket, 'epoch-00000002'))) await once(watcher, 'change')
    watcher.close()
    // It was sent by now, and is not back yet.
    const [name = ''] = readdirSync(work).filter((file) => file.endsWith('.db'))
    const sent = new Sqlite(join(work, name))
    sent.exec(`update notes set text = 'One' where id = 1`)
    sent.close()
    const { code, stderr } = await answer
    assert.equal(code, 1)
    assert.match(stderr, /notes differs from the source/)
    assert.equal((await lease.read()).lease.restorable, 1)
  })

  it('stops nobody where the service is stopped', async (test) => {
    const { there, back, inBucket, inPostgres } = await scene(test)
    await there()
    const { code, stdout } = await back('--switch', '--stopped', '--replace')
    assert.equal(code, 0)
    assert.match(stdout, /Now start the app on the bucket/)
    assert.deepEqual(await inPostgres(), await inBucket())
  })

  it('finds that the service is not stopped', async (test) => {
    const { there, back, store, databaseUrl } = await scene(test)
    await there()
    const before = await store.list('')
    const app = appOnPostgres(test, databaseUrl)
    let isOver = false
    const answer = back('--switch', '--stopped', '--replace').finally(() => {
      isOver = true
    })
    while (!isOver) await app.add('more')
    const { code, stderr } = await answer
    assert.equal(code, 1)
    assert.match(stderr, /Somebody has just written to PostgreSQL/)
    assert.deepEqual(await store.list(''), before)
  })

  it('counts on in the bucket where PostgreSQL had nothing to count yet', async (test) => {
    const { back, databaseUrl, change, inBucket } = moveScene(test, await postgres.emptyUrl())
    const database = openPostgres(databaseUrl, 'notes')
    await migrateDatabase(database, postgresMigrations)
    await database.$client.end()
    assert.equal((await back('--switch', '--stopped')).code, 0)
    await change(`insert into notes (text) values ('')`)
    assert.deepEqual((await inBucket()).note_count, ['i1;i1;'])
  })
})

/** An app that leads on the bucket. */
async function leadingApp(test: TestContext, base: string, store: Store) {
  const { litestream, folder } = await runLitestream(test)
  const me = { id: 'app', service: 'local', revision: 'app', instance: 'i' }
  const timing = { ttlMs: 1_800, renewMs: 100, storeClockMs: 200 }
  const lease = new Lease(store, base, me, { timing })
  const restore = { signal: new AbortController().signal, stallMs: 10_000 }
  const database = new LocalDatabase({ path: `${folder}/app.db`, base, app, restore })
  const leadership = new Leadership({
    ...{ lease, store, litestream, database, lifecycle: new Lifecycle(), base },
    ...{ events: new Events('app'), onSync: () => {} },
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
  return {
    async write(text: string) {
      addNote(database.open, text)
      await durable(leadership)
    },
    async leads() {
      await leadership.lead()
      return 'leads'
    },
    end: () => leadership.end(),
  }
}

/** Sees that the lease is held, for as long as an app that wants it would have got it by then. */
async function stillHeld(lease: Lease): Promise<string> {
  const { holder } = (await lease.read()).lease
  for (let looks = 0; looks < 200; looks++) {
    const view = await lease.read()
    assert.equal(view.lease.holder?.id, holder?.id)
  }
  return 'held'
}
