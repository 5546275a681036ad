import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import { sql } from 'drizzle-orm'
import { Session } from '../move/session.ts'
import { noteCount, notes } from '../test-app/postgres-schema.ts'
import { PgBouncer } from '../test-tools/pg-bouncer.ts'
import { askUntil } from './ask-until.ts'
import { migrateDatabase } from './migrate.ts'
import { openPostgres } from './open.ts'
import { isPooled } from './pooler.ts'
import { migrations, withPostgres } from './test-support.ts'

describe('A pooler of transactions', { timeout: 60_000 }, () => {
  const postgres = withPostgres()
  let bouncer: PgBouncer
  before(async () => {
    bouncer = await PgBouncer.start(postgres.server.port)
  })
  after(() => bouncer[Symbol.asyncDispose]())

  function open(test: TestContext, url: string) {
    const database = openPostgres(url, 'notes')
    test.after(() => database.$client.end())
    return database
  }

  /** Another database, by both ways. */
  async function scene(test: TestContext) {
    const url = await postgres.emptyUrl()
    return { url, direct: open(test, url), pooled: open(test, bouncer.url(url)) }
  }

  it('is told from a server', async (test) => {
    const { direct, pooled } = await scene(test)
    for (const [database, expected] of [
      [direct, false],
      [pooled, true],
    ] as const) {
      const client = await database.$client.connect()
      assert.equal(await isPooled(client), expected)
      client.release()
    }
  })

  it('lets eight instances migrate at once', async (test) => {
    const { url, direct } = await scene(test)
    const all = Array.from({ length: 8 }, () => open(test, bouncer.url(url)))
    await Promise.all(all.map((database) => migrateDatabase(database, migrations)))
    const applied =
      'select count(*) = count(distinct hash) as once from drizzle.__drizzle_migrations'
    assert.deepEqual((await direct.execute(applied)).rows, [{ once: true }])
  })

  it('serves more connections than it has, and mixes up none', async (test) => {
    const { pooled, direct } = await scene(test)
    await migrateDatabase(pooled, migrations)
    const count = () =>
      pooled
        .insert(noteCount)
        .values({ id: 1, total: 1 })
        .onConflictDoUpdate({ target: noteCount.id, set: { total: sql`${noteCount.total} + 1` } })
        .returning()
    const write = (key: string) =>
      pooled.transaction((tx) => tx.insert(notes).values({ text: key, key }).returning())
    const ask = <Result>(call: () => Promise<Result>) =>
      askUntil(performance.now() + 20_000, call, 'once')
    const marks = await Promise.all(
      Array.from({ length: 40 }, async (_, key) => {
        const [[row], [mark]] = await Promise.all([ask(() => write(`key ${key}`)), ask(count)])
        assert.equal(row?.text, `key ${key}`)
        return mark?.total
      }),
    )
    assert.equal(new Set(marks).size, 40)
    assert.equal(await direct.$count(notes), 40)
  })

  it('gets no setting of this server that others would have then', async (test) => {
    const { pooled } = await scene(test)
    const settings = `select current_setting('statement_timeout') as value`
    await migrateDatabase(pooled, migrations)
    for (let times = 0; times < 4; times++) {
      assert.deepEqual((await pooled.execute(settings)).rows, [{ value: '0' }])
    }
  })

  it('is refused where commits may be forgotten, as it can not be told otherwise', async (test) => {
    const { url, direct } = await scene(test)
    const name = new URL(url).pathname.slice(1)
    await direct.execute(`alter database ${name} set synchronous_commit = off`)
    const pooled = open(test, bouncer.url(url))
    const asked = askUntil(performance.now() + 5_000, () => pooled.execute('select 1'), 'read')
    await assert.rejects(asked, { code: 'database-forgetful' })
  })

  it('is refused for a move, which needs a session', async () => {
    const url = bouncer.url(await postgres.emptyUrl())
    await assert.rejects(Session.open(url), /is a pooler such as PgBouncer/)
  })
})
