import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { notes, tags } from '../test-app/postgres-schema.ts'
import { TcpProxy } from '../test-tools/tcp-proxy.ts'
import { TestPostgres } from '../test-tools/test-postgres.ts'
import { askUntil, type How } from './ask-until.ts'
import { type Database, openPostgres } from './open.ts'
import { withPostgres, withServer } from './test-support.ts'

const impatient = { connectMs: 300, statementMs: 300, answerMs: 400 }

describe('A network that fails under a statement', { timeout: 60_000 }, () => {
  const postgres = withPostgres()

  /** The test app's database through a network, by one connection. */
  async function behindProxy(test: TestContext) {
    const direct = await postgres.database(test)
    const proxy = await TcpProxy.start(postgres.server.port)
    test.after(() => proxy[Symbol.asyncDispose]())
    const url = new URL(direct.$client.options.connectionString ?? '')
    url.port = String(proxy.port)
    const database = openPostgres(url.href, 'notes', 1, impatient)
    test.after(() => database.$client.end())
    return { direct, proxy, database }
  }

  const within = <Result>(ms: number, call: () => Promise<Result>, how: How) =>
    askUntil(performance.now() + ms, call, how)

  const add = (database: Pick<Database, 'insert'>) =>
    database
      .insert(notes)
      .values({ text: 'B', key: 'one' })
      .onConflictDoUpdate({ target: notes.key, set: { key: 'one' } })
      .returning()

  const inTransaction = (database: Database) => database.transaction((tx) => add(tx))

  for (const [what, ask] of [
    ['a statement', (database: Database) => add(database)],
    ['a transaction', inTransaction],
    ['a query', (database: Database) => database.select().from(notes)],
  ] as const) {
    it(`ends ${what} by its deadline where it falls silent, and keeps no connection`, async (test) => {
      const { proxy, database } = await behindProxy(test)
      await database.select().from(notes)
      proxy.freeze()
      // Each is to find a connection that no other has kept.
      for (let times = 0; times < 3; times++) {
        await assert.rejects(
          within(2_000, () => ask(database), 'once'),
          {
            name: 'Error',
            code: /^database-(unclear|unreachable)$/,
          },
        )
      }
      proxy.thaw()
      await within(2_000, () => ask(database), 'once')
    })

    it(`waits with ${what} for a network that is back before the deadline`, async (test) => {
      const { proxy, database } = await behindProxy(test)
      await database.select().from(notes)
      proxy.freeze()
      const asked = within(30_000, () => ask(database), 'repeatable')
      // The first attempt is given up.
      await assert.rejects(within(2_000, () => ask(database), 'once'))
      proxy.thaw()
      await asked
    })
  }

  it('ends in the middle of a transaction without a change', async (test) => {
    const { proxy, database, direct } = await behindProxy(test)
    const interrupted = () =>
      database.transaction(async (tx) => {
        await add(tx)
        proxy.freeze()
        await tx.insert(tags).values({ label: 'a' })
      })
    await assert.rejects(within(5_000, interrupted, 'once'), { code: 'database-unreachable' })
    proxy.cut()
    await direct.insert(notes).values({ text: 'free', key: 'one' })
  })

  for (const [what, ask, lost] of [
    ['a statement', add, /insert/],
    ['a commit', inTransaction, /\bcommit\b/],
  ] as const) {
    it(`says that a change may have been made where the answer to ${what} is lost`, async (test) => {
      const { proxy, database, direct } = await behindProxy(test)
      proxy.loseAnswerTo(lost)
      await assert.rejects(
        within(5_000, () => ask(database), 'once'),
        {
          code: 'database-unclear',
          message: /^It may have been written, or not/,
        },
      )
      assert.equal(await direct.$count(notes), 1)
    })

    it(`settles a change with a key by doing it again where the answer to ${what} is lost`, async (test) => {
      const { proxy, database, direct } = await behindProxy(test)
      proxy.loseAnswerTo(lost)
      const [row] = await within(5_000, () => ask(database), 'repeatable')
      const [kept] = await direct.select().from(notes).where(eq(notes.key, 'one'))
      assert.deepEqual(row, kept)
    })

    it(`stays unclear where the answer to ${what} is lost, and the server with it`, async (test) => {
      const { proxy, database } = await behindProxy(test)
      await database.select().from(notes)
      proxy.loseAnswerTo(lost)
      const asked = within(1_000, () => ask(database), 'repeatable')
      proxy.target = 1
      await assert.rejects(asked, { code: 'database-unclear' })
    })
  }

  it('is no reason to doubt what was never sent', async (test) => {
    const { proxy, database } = await behindProxy(test)
    proxy.target = 1
    await assert.rejects(
      within(400, () => add(database), 'repeatable'),
      {
        code: 'database-unreachable',
      },
    )
  })

  it('is no reason to doubt what the app has found out by an answer', async (test) => {
    const { proxy, database } = await behindProxy(test)
    proxy.loseAnswerTo(/insert/)
    const refuse = async () => {
      await add(database)
      throw new RangeError('another entry')
    }
    await assert.rejects(within(5_000, refuse, 'repeatable'), RangeError)
  })
})

describe('A commit that no standby has confirmed', { timeout: 60_000 }, () => {
  const postgres = withServer(() => TestPostgres.start(['fsync=off']))

  it('is not taken for one that is safe, though the server answers like that', async (test) => {
    const database = await postgres.database(test)
    const admin = drizzle(postgres.server.url('postgres'))
    test.after(() => admin.$client.end())
    await admin.execute(`alter system set synchronous_standby_names = 'nobody'`)
    await admin.execute('select pg_reload_conf()')
    const waiting = sql`select pg_cancel_backend(pid) as ended from pg_stat_activity where wait_event = 'SyncRep'`
    const outcomes: string[] = []
    // The server takes note of the setting in its own time.
    while (outcomes.every((outcome) => outcome === 'answered')) {
      const label = `${outcomes.length}`
      const insert = async () => void (await database.insert(tags).values({ label }))
      let isOver = false
      const asked = askUntil(performance.now() + 5_000, insert, 'once')
        .then(
          () => 'answered',
          (error) => error.code,
        )
        .finally(() => {
          isOver = true
        })
      while (!isOver && (await admin.execute(waiting)).rowCount === 0);
      outcomes.push(await asked)
    }
    assert.equal(outcomes.at(-1), 'database-unclear')
    await admin.execute('alter system reset synchronous_standby_names')
    await admin.execute('select pg_reload_conf()')
    assert.equal(await database.$count(tags), outcomes.length)
  })
})
