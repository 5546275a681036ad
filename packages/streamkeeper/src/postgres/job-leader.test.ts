import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it, type TestContext } from 'node:test'
import { type Job, shared } from '../server/runtime.ts'
import { jobScope } from './gate.ts'
import { JobLeader } from './job-leader.ts'
import { openPostgres } from './open.ts'
import { withPostgres } from './test-support.ts'

// Long, as a busy machine may take its time; short where it has to run out.
const long = { ttl: 120_000, trust: 60_000, every: 20 }
const short = { ...long, ttl: 600, trust: 300 }

const never = new Promise<void>(() => {})

describe('A job on PostgreSQL', { timeout: 60_000 }, () => {
  const postgres = withPostgres()

  /** Instances on one database, and what their jobs did, in order. */
  async function scene(test: TestContext) {
    const url = await postgres.emptyUrl()
    const said: string[] = []
    const running = new Set<string>()
    const changed = new EventTarget()
    const say = (line: string) => {
      said.push(line)
      changed.dispatchEvent(new Event('said'))
    }
    const recorded =
      (name: string): Job =>
      async (signal) => {
        running.add(name)
        assert.deepEqual([...running], [name])
        say(`${name} begins`)
        await once(signal, 'abort')
        running.delete(name)
        say(`${name} ends`)
      }
    return {
      url,
      said,
      until: async (line: string) => {
        while (!said.includes(line)) await once(changed, 'said')
      },
      /** @param fault is asked before each statement: what it waits for, or throws */
      start(
        name: string,
        {
          job = recorded(name),
          fault = async () => {},
          times = long,
          mayLead = (): boolean => true,
        } = {},
      ) {
        const database = openPostgres(url, 'notes')
        test.after(() => database.$client.end())
        const asked = {
          execute: async (query: string) => {
            await fault()
            return database.execute(query)
          },
        }
        const leader = new JobLeader(asked as never, name, times)
        const remove = leader.whileLeading(job)
        const stop = new AbortController()
        const done = leader.run(stop.signal, mayLead)
        const end = () => {
          stop.abort()
          return done
        }
        test.after(end)
        return { leader, remove, end }
      },
    }
  }

  it('runs on one instance, and on the next one when that stops', async (test) => {
    const { start, until, said } = await scene(test)
    const a = start('a')
    await until('a begins')
    const b = start('b')
    await a.end()
    await until('b begins')
    await b.end()
    assert.deepEqual(said, ['a begins', 'a ends', 'b begins', 'b ends'])
  })

  it('has ended where the database can not be asked before it begins elsewhere', async (test) => {
    const { start, until, said } = await scene(test)
    const away = Promise.withResolvers<void>()
    let isAway = false
    start('a', { fault: async () => (isAway ? away.promise : undefined), times: short })
    await until('a begins')
    isAway = true
    start('b', { times: short })
    await until('b begins')
    assert.deepEqual(said.slice(-2), ['a ends', 'b begins'])
    away.reject(new Error('gone'))
  })

  const times = { ...long, ttl: 4_000, trust: 3_000 }
  for (const [what, by] of [
    ['forward', '1 hour'],
    ['back', '-1 hour'],
  ] as const) {
    it(`runs on one instance, and on the next one, where the server's clock is set ${what}`, async (test) => {
      const { url, start, until, said } = await scene(test)
      let isAway = false
      start('a', { fault: async () => (isAway ? never : undefined), times })
      await until('a begins')
      // It takes the place of the server's own.
      const admin = openPostgres(url, 'notes')
      test.after(() => admin.$client.end())
      await admin.execute(`
        create function clock_timestamp() returns timestamptz language sql
          as $$ select pg_catalog.clock_timestamp() + interval '${by}' $$;
        alter database ${new URL(url).pathname.slice(1)} set search_path = public, pg_catalog;
      `)
      let looks = 0
      start('b', { fault: async () => void looks++, times })
      while (looks < 5) await new Promise(setImmediate)
      assert.deepEqual(said, ['a begins'])
      isAway = true
      await until('b begins')
      assert.deepEqual(said, ['a begins', 'a ends', 'b begins'])
    })
  }

  it('goes on over an error of the database that passes', async (test) => {
    const { start, until, said } = await scene(test)
    let errors = 3
    const { leader } = start('a', {
      fault: async () => {
        if (said.length > 0 && errors-- > 0) throw new Error('restarting')
      },
    })
    await until('a begins')
    while (errors > 0) await new Promise(setImmediate)
    assert.ok(leader.isLeading)
    assert.deepEqual(said, ['a begins'])
  })

  it('is waited for by a stop, until it has ended or for 2 s', async (test) => {
    const { start, until, said } = await scene(test)
    const ended = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const a = start('a', {
      job: async () => {
        begun.resolve()
        await ended.promise
        said.push('a ends at last')
      },
    })
    await begun.promise
    const stopped = a.end()
    start('b')
    ended.resolve()
    await stopped
    await until('b begins')
    assert.deepEqual(said, ['a ends at last', 'b begins'])
  })

  it('that was taken away ends, and one that comes later begins', async (test) => {
    const { start, until, said } = await scene(test)
    const { leader, remove } = start('a')
    await until('a begins')
    remove()
    await until('a ends')
    const late = Promise.withResolvers<void>()
    leader.whileLeading(() => late.resolve())
    await late.promise
    assert.deepEqual(said, ['a begins', 'a ends'])
  })

  it('ends where an instance may lead no more', async (test) => {
    const { start, until, said } = await scene(test)
    let mayLead = true
    start('a', { times: short, mayLead: () => mayLead })
    await until('a begins')
    mayLead = false
    await until('a ends')
    start('b', { times: short })
    await until('b begins')
    assert.deepEqual(said.slice(-2), ['a ends', 'b begins'])
  })

  it('is not under the deadline of a request', () => {
    assert.equal(
      jobScope(() => shared.scopes.getStore()?.deadline),
      undefined,
    )
  })

  it('leaves no table behind where there is none', async (test) => {
    const { start } = await scene(test)
    const asked: unknown[] = []
    const { remove, end } = start('a', { fault: async () => void asked.push(1) })
    remove()
    await end()
    assert.ok(asked.length <= 1)
  })
})
