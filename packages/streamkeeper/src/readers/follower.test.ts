import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { newestTxid } from '../litestream/litestream-command.ts'
import { durable } from '../server/test-support.ts'
import { openStore } from '../stores/open-store.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl } from '../stores/replica-url.ts'
import { transactionObject } from './bucket.ts'
import { followerTiming } from './follower.ts'
import {
  changeLease,
  folderBucket,
  kindsBut,
  messagesOf,
  notesIn,
  Person,
  startReader,
  startWriter,
  storeWith,
  until,
} from './test-support.ts'

const timeout = 240_000

describe('A reader', { timeout, concurrency: 2 }, () => {
  it('waits, with words, until the writer has made a copy, and then reads it', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    const { changes, follower } = await startReader(test, base, writer.url)
    await until(() => changes.length > 0)
    assert.match(
      changes.map((c) => c.kind === 'problem' && c.error.message).join(),
      /nothing to read yet/,
    )
    await new Person(writer.url).write('first')
    await until(() => follower.position !== null)
    assert.deepEqual(await follower.read(notesIn), ['first'])
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
  })

  it('goes on with another copy where somebody goes over rows for long', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { url, follower, changes } = await startReader(test, base, writer.url)
    await until(() => follower.position !== null)
    const rows = follower.reading.$client.prepare('select * from notes').iterate()
    rows.next()
    await new Person(writer.url).write('second')
    await until(() => changes.some(({ kind }) => kind === 'broken'))
    await until(async () => (await new Person(url).read()).messages.length === 2)
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'broken', 'new'])
    rows.return?.()
    await new Person(writer.url).write('third')
    await until(async () => (await new Person(url).read()).messages.length === 3)
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

  it('follows a handover by the changes alone, and fails no read meanwhile', async (test) => {
    const base = folderBucket(test)
    const one = await startWriter(test, base, 'one')
    await new Person(one.url).write('from one')
    const { url, follower, changes } = await startReader(test, base, one.url)
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
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'continued'])
  })

  it('restores anew where what it would need next is gone from the bucket', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { bytes } = storeWith(base, {})
    let isPruned = false
    let sleptMs = 0
    const { url, follower, changes } = await startReader(test, base, writer.url, {
      store: storeWith(base, { bytes: async (name) => (isPruned ? null : bytes(name)) }),
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
    const { read } = storeWith(base, {})
    let isAway = false
    const away = () => new ReplicationProblem('bucket-unreachable', base, 'away')
    const { url, follower, changes } = await startReader(test, base, writer.url, {
      store: storeWith(base, {
        read: async (name) => {
          if (isAway) throw away()
          return read(name)
        },
      }),
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
    await durable(writer.leadership)
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
    await durable(writer.leadership)
    const { url, changes } = await startReader(test, base, writer.url)
    await until(() => changes.length > 0)
    assert.deepEqual(
      changes.map((c) => c.kind === 'new' && c.isNewer),
      [true],
    )
    assert.deepEqual((await new Person(url).read()).messages, ['first'])
  })

  it('keeps the copy that it can read where the writer migrates too much', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { url, follower, changes } = await startReader(test, base, writer.url)
    await until(() => follower.position !== null)
    const { $client } = writer.database.open
    $client.exec('alter table notes add column more text')
    await durable(writer.leadership)
    await until(() => kindsBut(changes, 'problem').length === 2)
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'new'])
    $client.exec('alter table notes rename column text to words')
    await durable(writer.leadership)
    await until(() => /can not read it any more/.test(messagesOf(changes)))
    assert.deepEqual((await new Person(url).read()).messages, ['first'])
    assert.deepEqual(kindsBut(changes, 'problem'), ['new', 'new'])
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

  for (const [what, spoil] of Object.entries<(file: Buffer) => Buffer>({
    'is empty': () => Buffer.alloc(0),
    'is cut off': (file) => file.subarray(0, -20),
    'is a page of a proxy': () => Buffer.from('<!doctype html><title>Sign in</title>'),
  })) {
    it(`brings nothing that ${what}, names it, and asks for it again`, async (test) => {
      const base = folderBucket(test)
      const writer = await startWriter(test, base)
      await new Person(writer.url).write('first')
      const { bytes } = storeWith(base, {})
      let isSpoilt = true
      const { url, follower, changes } = await startReader(test, base, writer.url, {
        store: storeWith(base, {
          bytes: async (name) => {
            const file = await bytes(name)
            return isSpoilt && file ? spoil(file) : file
          },
        }),
      })
      await until(() => follower.position !== null)
      await new Person(writer.url).write('second')
      await until(() => changes.some(({ kind }) => kind === 'problem'))
      const problem = changes.find((change) => change.kind === 'problem')
      assert.match(
        problem?.error.message ?? '',
        /epoch-00000001\/ltx\/0\/[0-9a-f-]+\.ltx: \d+ bytes/,
      )
      assert.deepEqual((await new Person(url).read()).messages, ['first'])
      isSpoilt = false
      await until(async () => (await new Person(url).read()).messages.length === 2)
      assert.deepEqual(kindsBut(changes, 'problem'), ['new'])
    })
  }

  it('takes no transaction for another', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { bytes } = storeWith(base, {})
    let isLater = false
    const { url, follower, changes } = await startReader(test, base, writer.url, {
      store: storeWith(base, {
        bytes: (name) => {
          const txid = Number.parseInt(name.slice(-20), 16)
          return bytes(isLater ? transactionObject(1, txid + 1) : name)
        },
      }),
    })
    await until(() => follower.position !== null)
    isLater = true
    await new Person(writer.url).write('second')
    await new Person(writer.url).write('third')
    const other = /\d+ bytes, of transactions \d+ to \d+/
    await until(() => other.test(messagesOf(changes)))
    isLater = false
    await until(async () => (await new Person(url).read()).messages.length === 3)
    assert.deepEqual(kindsBut(changes, 'problem'), ['new'])
  })

  it('has each look end before the next, with all that it has begun', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { read, bytes } = storeWith(base, {})
    let isAway = false
    let hanging = 0
    const held = Promise.withResolvers<void>()
    const { url, follower, changes } = await startReader(test, base, writer.url, {
      store: storeWith(base, {
        read: async (name) => {
          if (isAway) throw new ReplicationProblem('bucket-unreachable', base, 'away')
          return read(name)
        },
        bytes: async (name) => {
          if (isAway) {
            hanging++
            await held.promise
          }
          return bytes(name)
        },
      }),
    })
    await until(() => follower.position !== null)
    isAway = true
    await until(() => hanging > 0)
    for (let n = 0; n < 10; n++) await new Person(writer.url).write(`more ${n}`)
    assert.equal(hanging, 1)
    isAway = false
    held.resolve()
    await until(async () => (await new Person(url).read()).messages.length === 11)
    assert.deepEqual(kindsBut(changes, 'problem'), ['new'])
    assert.equal(follower.position?.txid, await newestTxid(epochUrl(base, 1), restoring))
  })

  it('asks the bucket no more often for positions that were made up', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    const { read } = storeWith(base, {})
    let looks = 0
    const { url, follower } = await startReader(test, base, writer.url, {
      store: storeWith(base, {
        read: (name) => {
          looks++
          return read(name)
        },
      }),
    })
    await until(() => follower.position !== null)
    const forge = async (txid: number) => {
      const headers = { cookie: `replica-position=1-${txid}` }
      return (await fetch(`${url}/notes`, { headers })).headers.get('x-copy-is-behind')
    }
    const [before, startMs] = [looks, performance.now()]
    for (let times = 1; times <= 5; times++) {
      const forged = Array.from({ length: 50 }, (_, number) => forge(times * 1_000 + number))
      assert.deepEqual(new Set(await Promise.all(forged)), new Set([null]))
    }
    // One of them begins a look early, which shows that it was made up.
    const regular = Math.ceil((performance.now() - startMs) / 100)
    assert.ok(looks - before <= regular + 1, `${looks - before} looks, not ${regular}`)
  })

  it('keeps what it has where the bucket shows nothing of it any more', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    await writer.leadership.end()
    const { url, follower, changes } = await startReader(test, base, writer.url)
    await until(() => follower.position !== null)
    await openStore(base).remove('epoch-00000001/')
    await changeLease(base, { reached: { epoch: 1, txid: 1_000 } })
    await until(() => changes.some(({ kind }) => kind === 'problem'))
    assert.match(messagesOf(changes), /less of the database than it had/)
    assert.deepEqual((await new Person(url).read()).messages, ['first'])
    await changeLease(base, { epoch: 2, restorable: 2 })
    await until(() => /shows nothing of a database/.test(messagesOf(changes)))
    assert.deepEqual((await new Person(url).read()).messages, ['first'])
    await openStore(base).remove('lease.json')
    await until(() => /the lease was in the bucket and is gone/i.test(messagesOf(changes)))
    assert.deepEqual((await new Person(url).read()).messages, ['first'])
  })

  it('does not begin with less than the lease says there was', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await new Person(writer.url).write('first')
    await writer.leadership.end()
    await changeLease(base, { reached: { epoch: 1, txid: 1_000 } })
    const { follower, changes } = await startReader(test, base, writer.url)
    await until(() => changes.length > 0)
    assert.match(messagesOf(changes), /less of the database than it had/)
    assert.equal(follower.position, null)
  })
})

const restoring = { signal: new AbortController().signal, stallMs: 10_000 }
