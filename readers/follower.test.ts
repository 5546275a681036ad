import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ReplicationProblem } from '../replication/problem.ts'
import { openStore } from '../replication/store/open-store.ts'
import { followerTiming } from './follower.ts'
import { transactionsIn } from './replica-files.ts'
import { folderBucket, Person, startReader, startWriter, until } from './test-support.ts'

const timeout = 60_000

describe('A reader', { timeout, concurrency: 2 }, () => {
  it('waits, with words, until the writer has made a copy, and then reads it', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    const { changes, data, follower } = await startReader(test, base, writer.url)
    await until(() => changes.length > 0)
    assert.match(
      changes.map((c) => c.kind === 'problem' && c.error.message).join(),
      /nothing to read yet/,
    )
    await new Person(writer.url).write('first')
    await until(() => follower.position !== null)
    const { entries } = await data.listEntries({ before: null, limit: 10 })
    assert.equal(entries[0]?.message, 'first')
  })

  it('comes to see what is written, and knows how old that is', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { url, follower } = await startReader(test, base, writer.url)
    await until(() => follower.position !== null)
    for (let n = 0; n < 5; n++) await new Person(writer.url).write(`more ${n}`)
    await until(async () => (await new Person(url).read()).messages.length === 6)
    await until(() => follower.ageMs < 500)
    // In any other mode a reader could keep Litestream waiting for ever.
    const mode = follower.read(({ $client }) => $client.pragma('journal_mode', { simple: true }))
    assert.equal(mode, 'delete')
  })

  it('touches neither the lease nor anything else in the bucket', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    await writer.leadership.end()
    const list = async () => (await openStore(base).list('')).map(({ name, size }) => [name, size])
    const before = await list()
    const { follower, end } = await startReader(test, base, writer.url)
    await until(() => follower.position !== null)
    await end()
    assert.deepEqual(await list(), before)
  })

  it('reads the old epoch until the new one is complete, and then deletes it', async (test) => {
    const base = folderBucket(test)
    const one = await startWriter(test, base, 'one')
    await new Person(one.url).write('from one')
    const { url, follower, folder } = await startReader(test, base, one.url)
    await until(() => follower.position?.epoch === 1)
    const two = await startWriter(test, base, 'two')
    const handedOver = new Person(two.url).write('from two')
    await until(async () => {
      const { messages } = await new Person(url).read()
      assert.ok(messages.includes('from one'))
      return messages.includes('from two')
    })
    assert.equal((await handedOver).status, 200)
    assert.equal(follower.position?.epoch, 2)
    await until(() => readdirSync(folder).length === 1)
  })

  it('restores anew where what it would need next is gone from the bucket', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const real = transactionsIn(base, undefined)
    let isPruned = false
    let sleptMs = 0
    const { url, follower, changes } = await startReader(test, base, writer.url, {
      transaction: async (...wanted) => (isPruned ? null : real(...wanted)),
      clock: () => performance.now() + sleptMs,
    })
    await until(() => follower.position !== null)
    isPruned = true
    await new Person(writer.url).write('second')
    // As a machine that was suspended does: it must not take what it has for the newest.
    sleptMs = followerTiming.listMs + 1_000
    await until(async () => {
      const { ageMs } = follower
      const { messages } = await new Person(url).read()
      assert.ok(messages.length === 2 || ageMs > followerTiming.listMs, `${ageMs} ms old`)
      return messages.length === 2
    })
    assert.equal(changes.filter(({ kind }) => kind === 'new').length, 2)
  })

  it('goes on reading while the bucket is away, and says how old that is', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const store = openStore(base)
    let isAway = false
    const away = () => new ReplicationProblem('bucket-unreachable', base, 'away')
    const { url, follower, changes } = await startReader(test, base, writer.url, {
      store: {
        list: (prefix) => store.list(prefix),
        read: async (name) => {
          if (isAway) throw away()
          return store.read(name)
        },
      },
    })
    await until(() => follower.position !== null)
    isAway = true
    await until(() => changes.some(({ kind }) => kind === 'problem'))
    await until(() => follower.ageMs > 1_000)
    assert.deepEqual((await new Person(url).read()).messages, ['first'])
    isAway = false
    await until(() => follower.ageMs < 500)
  })

  it('does not serve a copy that its release has further migrations for', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { $client } = writer.database.open
    $client.exec(
      'delete from __drizzle_migrations where created_at = (select max(created_at) from __drizzle_migrations)',
    )
    await writer.leadership.durable()
    const { follower, changes } = await startReader(test, base, writer.url)
    await until(() => changes.length > 0)
    assert.match(
      changes.map((c) => c.kind === 'problem' && c.error.message).join(),
      /Deploy the writer first/,
    )
    assert.equal(follower.position, null)
  })

  it('serves a copy that a newer release has migrated, and says so', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    writer.database.open.$client.exec(
      `insert into __drizzle_migrations (hash, created_at) values ('x', ${Date.UTC(2999, 0)})`,
    )
    await writer.leadership.durable()
    const { url, changes } = await startReader(test, base, writer.url)
    await until(() => changes.length > 0)
    assert.deepEqual(
      changes.map((c) => c.kind === 'new' && c.isNewer),
      [true],
    )
    assert.deepEqual((await new Person(url).read()).messages, ['first'])
  })

  it('throws away what an earlier one has left, and leaves nothing itself', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { follower, folder, end } = await startReader(test, base, writer.url)
    await until(() => follower.position !== null)
    await end()
    assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], [])
  })

  it('reads nothing that Litestream may have left half done, and restores anew', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const real = transactionsIn(base, undefined)
    let isBroken = false
    const { url, follower, changes } = await startReader(test, base, writer.url, {
      transaction: async (...wanted) => {
        const file = await real(...wanted)
        return isBroken && file ? Buffer.from('no transaction') : file
      },
      timing: { ...followerTiming, pollMs: 50, stallMs: 500 },
    })
    await until(() => follower.position !== null)
    isBroken = true
    await new Person(writer.url).write('second')
    await until(() => changes.some(({ kind }) => kind === 'broken'))
    isBroken = false
    await until(() => follower.position !== null)
    assert.deepEqual((await new Person(url).read()).messages, ['second', 'first'])
  })
})
