import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { TestMigrations } from '../sqlite/test-migrations.ts'
import { freePort } from '../test-tools/ports.ts'
import { TestPostgres } from '../test-tools/test-postgres.ts'
import { migrateDatabase } from './migrate.ts'
import { openPostgres } from './open.ts'
import { migrations, withServer } from './test-support.ts'

const root = join(import.meta.dirname, '../../../..')

async function start(test: TestContext, url: string, environment: Record<string, string> = {}) {
  const port = await freePort()
  const patience = { signal: AbortSignal.timeout(120_000) }
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../test-tools/server-on-postgres.ts')],
    {
      cwd: root,
      env: {
        ...process.env,
        DATABASE_URL: url,
        PORT: String(port),
        RATE_LIMITS: 'off',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const exited = once(child, 'exit')
  test.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const ask = (path: string, options: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...options, ...patience })
  return {
    ask,
    output: () => output,
    write: (key: string) => ask(`/notes?key=${key}`, { method: 'POST' }),
    /** The first answer of a probe that is as wanted. */
    async until(path: string, isWanted: (status: number, text: string) => boolean) {
      while (!patience.signal.aborted) {
        assert.equal(child.exitCode, null, output)
        const answer = await ask(path).catch(() => null)
        const text = (await answer?.text()) ?? ''
        if (answer && isWanted(answer.status, text)) return text
        await setTimeout(20)
      }
      throw new Error(output)
    },
    ready() {
      return this.until('/health/ready', (status) => status === 200)
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exited
      return code
    },
    exited,
  }
}

describe('A server on PostgreSQL', { timeout: 300_000 }, () => {
  const postgres = withServer(() => TestPostgres.start())

  it('migrates an empty database, serves, and ends with 0', async (test) => {
    const server = await start(test, await postgres.emptyUrl())
    assert.match(await server.ready(), /"state":"serving","problem":null/)
    assert.equal(await (await server.ask('/mark')).text(), '1')
    // What happened is written down beside what is served.
    const status = await server.until('/status', (_, text) => JSON.parse(text).events.length > 0)
    const { facts, events } = JSON.parse(status)
    assert.match(JSON.stringify(facts), /PostgreSQL 1\d\.\d+/)
    assert.match(events[0].detail, /^On PostgreSQL/)
    assert.equal(await server.stop(), 0)
  })

  it('shares the data with another that starts and writes at once', async (test) => {
    const url = await postgres.emptyUrl()
    const servers = await Promise.all([start(test, url), start(test, url), start(test, url)])
    await Promise.all(servers.map((server) => server.ready()))
    const marks = await Promise.all(
      servers.flatMap(({ ask }) =>
        Array.from({ length: 40 }, async () => Number(await (await ask('/mark')).text())),
      ),
    )
    assert.deepEqual(
      marks.sort((one, other) => one - other),
      Array.from({ length: 120 }, (_, index) => index + 1),
    )
    // Each key comes to all of them.
    const stored = await Promise.all(
      servers.flatMap(({ write }) =>
        Array.from({ length: 20 }, async (_, key) => (await write(`key${key}`)).json()),
      ),
    )
    assert.equal(new Set(stored.map(({ id }) => id)).size, 20)
    for (const { ask } of servers) {
      assert.equal((await (await ask('/notes')).json()).length, 20)
    }
  })

  it('answers with words while the server is away, and goes on when it is back', async (test) => {
    const server = await start(test, await postgres.emptyUrl())
    await server.ready()
    assert.equal((await server.write('before')).status, 200)
    await postgres.server.crash()
    test.after(() => postgres.server.resume())
    for (const path of ['/', '/api/notes']) {
      const answer = await server.ask(path)
      assert.equal(answer.status, 503)
      assert.equal(answer.headers.get('retry-after'), '5')
      assert.match(await answer.text(), /The database can not be reached\./)
    }
    assert.match(await server.ready(), /"code":"database-unreachable"/)
    assert.match(await (await server.ask('/status')).text(), /The database can not be reached/)
    await postgres.server.resume()
    await server.until('/health/ready', (_, text) => text.includes('"problem":null'))
    assert.equal((await server.write('after')).status, 200)
    assert.equal((await (await server.ask('/notes')).json()).length, 2)
    assert.equal(await server.stop(), 0)
  })

  it('survives that it is cut off in the middle of what it does', async (test) => {
    const server = await start(test, await postgres.emptyUrl())
    await server.ready()
    const acknowledged: string[] = []
    let stopped = false
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let number = 0; !stopped; number++) {
        const key = `${writer}-${number}`
        if ((await server.write(key)).ok) acknowledged.push(key)
        await server.ask('/mark')
      }
    })
    for (let time = 0; time < 3; time++) {
      await setTimeout(100)
      await postgres.server.crash()
      await postgres.server.resume()
      await server.until('/notes', (status) => status === 200)
    }
    stopped = true
    await Promise.all(writers)
    assert.ok(acknowledged.length > 0)
    for (const key of acknowledged) {
      // Whoever writes it again is told of the first.
      assert.equal((await server.write(key)).status, 200)
    }
    assert.doesNotMatch(server.output(), /CRITICAL|params:/)
    assert.equal(await server.stop(), 0)
  })

  it('waits for a server that is away at the start, and says so', async (test) => {
    const url = await postgres.emptyUrl()
    await postgres.server.crash()
    const server = await start(test, url)
    await server.until(
      '/health/startup',
      (status, text) => status === 503 && text.includes('"code":"database-unreachable"'),
    )
    assert.equal((await server.ask('/')).status, 503)
    await postgres.server.resume()
    await server.ready()
    assert.equal(await (await server.ask('/mark')).text(), '1')
  })

  for (const [what, change, code] of [
    ['a wrong password', (url: URL) => (url.password = 'wrong'), 'database-refuses'],
    ['no such user', (url: URL) => (url.username = 'nobody'), 'database-refuses'],
    ['no such database', (url: URL) => (url.pathname = '/none'), 'database-missing'],
    ['no such host', (url: URL) => (url.hostname = 'none.invalid'), 'database-unreachable'],
    ['nobody on the port', (url: URL) => (url.port = '1'), 'database-unreachable'],
    ['no TLS', (url: URL) => (url.search = 'sslmode=require'), 'database-untrusted'],
  ] as const) {
    it(`says that there is ${what}, without the password, and ends when told`, async (test) => {
      const url = new URL(await postgres.emptyUrl())
      change(url)
      const server = await start(test, url.href)
      await server.until('/health/startup', (_, text) => text.includes(`"code":"${code}"`))
      assert.doesNotMatch(server.output(), new RegExp(`:${url.password}@`))
      assert.match(server.output(), /"severity":"ERROR","message":"The database/)
      assert.equal(await server.stop(), 0)
    })
  }

  it('refuses a database that a newer release has migrated to what it can not read', async (test) => {
    const url = await postgres.emptyUrl()
    const database = openPostgres(url, 'notes')
    test.after(() => database.$client.end())
    await migrateDatabase(database, migrations)
    await database.execute(
      `insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2999, 0, 1)})`,
    )
    await database.execute('drop table tags')
    const server = await start(test, url)
    assert.deepEqual(await server.exited, [1, null])
    assert.match(server.output(), /2999-01-01/)
  })

  describe('beside a newer release', () => {
    async function beside(test: TestContext, migration: string) {
      const url = await postgres.emptyUrl()
      const old = await start(test, url)
      await old.ready()
      assert.equal((await old.write('before')).status, 200)
      const { folder } = new TestMigrations(test, migrations).add('9999_next', migration)
      return { url, old, newRelease: { MIGRATIONS: folder } }
    }

    it('goes on reading and writing while migrations only add, and says so', async (test) => {
      const text = 'alter table notes add column color text'
      const { url, old, newRelease } = await beside(test, text)
      const next = await start(test, url, newRelease)
      await next.ready()
      await old.until('/status', (_, text) => text.includes('This older release goes on'))
      for (const one of [old, next]) assert.equal((await one.write(one.output())).status, 200)
      assert.equal((await (await old.ask('/notes')).json()).length, 3)
      assert.match(await old.ready(), /"problem":null/)
      const late = await start(test, url)
      await late.ready()
      assert.equal((await late.write('late')).status, 200)
      assert.match(late.output(), /This older release goes on/)
    })

    it('only reads where a new row needs what it does not know', async (test) => {
      const text = `alter table notes add column color text;
        update notes set color = 'red'; alter table notes alter column color set not null`
      const { url, old, newRelease } = await beside(test, text)
      await (await start(test, url, newRelease)).ready()
      await old.until('/health/ready', (_, text) => text.includes('"code":"older-release"'))
      const refused = await old.ask('/api/notes?key=after', { method: 'POST' })
      assert.equal(refused.status, 503)
      assert.match(await refused.text(), /older-release.+notes\.color/)
      assert.equal((await (await old.ask('/notes')).json()).length, 1)
    })

    it('is not broken by one that may not, and gives way to one that may', async (test) => {
      const text = 'alter table notes drop column text'
      const { url, old, newRelease } = await beside(test, text)
      const barred = await start(test, url, newRelease)
      assert.deepEqual(await barred.exited, [1, null])
      assert.match(barred.output(), /takes notes\.text away.+ALLOW_BREAKING_MIGRATION=9999_next/)
      assert.equal((await old.write('meanwhile')).status, 200)
      const next = await start(test, url, {
        ...newRelease,
        ALLOW_BREAKING_MIGRATION: '9999_next',
      })
      await next.ready()
      await old.until('/api/notes', (status, text) => status === 503 && /notes\.text/.test(text))
      const late = await start(test, url)
      assert.deepEqual(await late.exited, [1, null])
    })

    it('goes on where the migration of the newer one fails', async (test) => {
      const text = 'alter table notes add column color text not null'
      const { url, old, newRelease } = await beside(test, text)
      const failing = await start(test, url, newRelease)
      assert.deepEqual(await failing.exited, [1, null])
      assert.match(failing.output(), /9999_next\.sql can't be applied/)
      assert.equal((await old.write('after')).status, 200)
      assert.doesNotMatch(await (await old.ask('/status')).text(), /newer/)
    })
  })

  it('waits for the end of a move of data to the database, and says so', async (test) => {
    const url = await postgres.emptyUrl()
    const database = openPostgres(url, 'notes')
    test.after(() => database.$client.end())
    await migrateDatabase(database, migrations)
    await database.execute(`create table drizzle.moves (id int, started text, finished text);
      insert into drizzle.moves values (1, 'before', 'after'), (2, 'now', null)`)
    const server = await start(test, url)
    const isHalf = (_: number, text: string) => text.includes('"code":"database-half-moved"')
    await server.until('/health/startup', isHalf)
    await database.execute(`update drizzle.moves set finished = 'now'`)
    await server.ready()
    assert.equal(await server.stop(), 0)
  })

  it('refuses a URL that is none, without repeating it', async (test) => {
    const server = await start(test, 'mysql://user:hunter2@host/db')
    assert.deepEqual(await server.exited, [1, null])
    assert.match(server.output(), /DATABASE_URL is not the URL of a PostgreSQL database/)
    assert.doesNotMatch(server.output(), /hunter2/)
  })
})
