import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { durable, NotDurable, onPostgres, sqlite, whileLeading, writer } from './index.ts'
import { type Job, publishRuntime, type Runtime, type Scope, shared } from './server/runtime.ts'
import { readScope, writeScope } from './server/scopes.ts'
import { temporaryDatabase } from './sqlite/test-support.ts'
import { ReplicationProblem } from './stores/problem.ts'
import { addNote, countNotes } from './test-app/notes.ts'
import { notes } from './test-app/schema.ts'

// As an app has it, at the top of a module.
const database = drizzle({ client: sqlite() })
const list = () => database.select({ text: notes.text }).from(notes).all()

function scope(connection: Scope['connection'], durable = async () => {}): Scope {
  return { connection, durable }
}

describe('The connection of a request', () => {
  it('is none where there is no request, and says what a page of the build does', () => {
    assert.throws(list, /no request.+`connection\(\)` of next\/server/)
  })

  it('is taken by Drizzle at the top of a module, in each of its ways', () => {
    for (const taken of [drizzle(sqlite()), drizzle(sqlite(), { schema: {} }), database]) {
      assert.equal(taken.$client, sqlite())
    }
  })

  it('is the one of the request, however many are served at once', async (test) => {
    const [one, two] = [temporaryDatabase(test), temporaryDatabase(test)]
    addNote(one, 'one')
    addNote(two, 'two')
    const asked = [one, two].map(({ $client }) =>
      shared.scopes.run(
        scope(() => $client),
        async () => {
          await Promise.resolve()
          return list()
        },
      ),
    )
    assert.deepEqual(await Promise.all(asked), [[{ text: 'one' }], [{ text: 'two' }]])
  })

  it('is the one that is open at each access, as a restore puts another in its place', (test) => {
    let current = temporaryDatabase(test)
    shared.scopes.run(
      scope(() => current.$client),
      () => {
        addNote({ $client: sqlite() }, 'before')
        current.$client.close()
        current = temporaryDatabase(test)
        assert.deepEqual(list(), [])
      },
    )
  })

  it('is closed by nobody but the server', (test) => {
    const { $client } = temporaryDatabase(test)
    shared.scopes.run(
      scope(() => $client),
      () => {
        assert.throws(() => sqlite().close(), /leave the call of close\(\) out/)
        assert.ok(sqlite().open)
      },
    )
  })

  it('has transactions, settings and all else that better-sqlite3 has', (test) => {
    const { $client } = temporaryDatabase(test)
    shared.scopes.run(
      scope(() => $client),
      () => {
        assert.equal(sqlite().name, $client.name)
        assert.ok('inTransaction' in sqlite())
        assert.throws(() =>
          database.transaction((tx) => {
            tx.insert(notes).values({ text: 'taken back' }).run()
            assert.ok(sqlite().inTransaction)
            throw new Error('no')
          }),
        )
        assert.equal(countNotes({ $client: sqlite() }), 0)
      },
    )
  })
})

describe('What a request may do', () => {
  const scene = (test: TestContext, durable = async () => {}) => {
    const open = temporaryDatabase(test)
    const reading = drizzle({ client: new Sqlite(open.$client.name, { readonly: true }) })
    test.after(() => reading.$client.close())
    return { local: { open, reading }, leadership: { durable } }
  }

  it('is to write where it was admitted for that, and to read what it wrote', (test) => {
    const { local, leadership } = scene(test)
    writeScope(local, leadership, () => addNote({ $client: sqlite() }, 'kept'))
    assert.deepEqual(readScope(local, list), [{ text: 'kept' }])
  })

  it('is to read alone where it was not, and to wait for nothing', async (test) => {
    const { local } = scene(test)
    readScope(local, () => {
      assert.throws(() => addNote({ $client: sqlite() }), /attempt to write a readonly database/)
    })
    await assert.rejects(readScope(local, durable), { name: 'NotDurable', code: 'not-a-write' })
  })

  it('is nothing where there is none, also beside a server', async () => {
    publishRuntime({} as Runtime)
    await assert.rejects(durable(), { name: 'NotDurable', code: 'not-a-write' })
  })

  it('is to be promised nothing while a transaction is open, as that may be taken back', async (test) => {
    const { local, leadership } = scene(test)
    await writeScope(local, leadership, async () => {
      sqlite().exec('begin')
      addNote({ $client: sqlite() }, 'not committed')
      await assert.rejects(durable(), { name: 'NotDurable', code: 'not-committed' })
      sqlite().exec('commit')
      await durable()
    })
  })

  it('is to wait for a transaction from within, which has ended when anything is awaited', async (test) => {
    const { local, leadership } = scene(test)
    await writeScope(local, leadership, () =>
      database.transaction((tx) => {
        tx.insert(notes).values({ text: 'kept' }).run()
        return { kept: durable() }
      }),
    ).kept
  })

  it('is to hear why what it wrote is not safe, and when to ask again', async (test) => {
    const { local, leadership } = scene(test, async () => {
      throw new ReplicationProblem('bucket-unreachable', 'gs://b', 'no')
    })
    await assert.rejects(writeScope(local, leadership, durable), (error) => {
      assert.ok(error instanceof NotDurable)
      assert.equal(error.code, 'bucket-unreachable')
      assert.equal(error.retryAfter, 5)
      return true
    })
  })
})

describe('A job of the leader', () => {
  const serverWith = (whileLeading?: Runtime['whileLeading']) =>
    publishRuntime({ ...({} as Runtime), ...(whileLeading && { whileLeading }) })

  it('is begun once there is a server, and at once where there is one', () => {
    const begun: Job[] = []
    const [early, late] = [() => {}, () => {}]
    const removeEarly = whileLeading(early)
    serverWith((job) => {
      begun.push(job)
      return () => begun.splice(begun.indexOf(job), 1)
    })
    const removeLate = whileLeading(late)
    assert.deepEqual(begun, [early, late])
    removeEarly()
    removeLate()
    assert.deepEqual(begun, [])
  })

  it('is not begun any more once it was taken away', () => {
    whileLeading(() => {})()
    serverWith(() => assert.fail('It was begun.'))
  })

  it('is never begun where no instance leads', () => {
    serverWith()
    whileLeading(() => assert.fail('It was begun.'))()
  })
})

describe('Where the data is', () => {
  for (const [environment, expected] of [
    [{}, false],
    [{ DATABASE_URL: 'postgres://' }, true],
    [{ DATABASE_URL: 'postgres://', ROLE: 'reader' }, false],
  ] as const) {
    it(`is ${expected ? '' : 'not '}PostgreSQL with ${JSON.stringify(environment)}`, () =>
      assert.equal(onPostgres(environment), expected))
  }

  it('stays where it is when Next finds a DATABASE_URL in .env later', (test) => {
    const before = process.env.DATABASE_URL
    test.after(() => {
      if (before === undefined) delete process.env.DATABASE_URL
      else process.env.DATABASE_URL = before
    })
    publishRuntime({} as Runtime)
    process.env.DATABASE_URL = 'file:notes.db'
    assert.equal(onPostgres(), false)
  })

  it('is no other service but on a reader', () => assert.equal(writer(), null))
})
