import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import Sqlite, { type Database as Connection } from 'better-sqlite3'
import { addEntry, listEntries } from './entries.ts'
import { inSharedCommit } from './shared-commit.ts'
import { temporaryDatabase } from './test-support.ts'

const noon = new Date('2026-01-02T12:00:00Z')
const entry = (idempotencyKey: string) => ({ name: 'A', message: idempotencyKey, idempotencyKey })

describe('Writes of one turn of the event loop', () => {
  it('share a commit, in the order in which they came', async (test) => {
    const database = temporaryDatabase(test)
    const before = commitsIn(database.$client)
    const keys = ['a', 'b', 'c']
    const added = await Promise.all(keys.map((key) => addEntry(database, entry(key), noon)))
    assert.deepEqual(
      added.map(({ id, message }) => [id, message]),
      [
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ],
    )
    assert.equal(commitsIn(database.$client), before + 1)
    await Promise.all(keys.map((key) => addEntry(database, entry(`${key}2`), noon)))
    assert.equal(commitsIn(database.$client), before + 2)
  })

  it('are committed when their callers are told', async (test) => {
    const { $client: connection } = temporaryDatabase(test)
    const write = () => connection.prepare('delete from entries').run()
    const writes = [inSharedCommit(connection, write), inSharedCommit(connection, write)]
    for (const one of writes) one.then(() => assert.equal(connection.inTransaction, false))
    await Promise.all(writes)
  })

  it('leave out the one that fails, which alone is told why', async (test) => {
    const database = temporaryDatabase(test)
    const refused = inSharedCommit(database.$client, () => {
      database.$client.exec("insert into entries (name) values ('no message')")
    })
    const others = ['a', 'b'].map((key) => addEntry(database, entry(key), noon))
    const last = inSharedCommit(database.$client, () => {
      throw new Error('refused')
    })
    const told = await Promise.allSettled([refused, ...others, last])
    assert.deepEqual(
      told.map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled', 'rejected'],
    )
    assert.match(String(told[0]?.status === 'rejected' && told[0].reason), /NOT NULL/)
    const { entries } = await listEntries(database, { before: null, limit: 9 })
    assert.deepEqual(
      entries.map(({ message }) => message),
      ['b', 'a'],
    )
  })

  it('wait for a lock once, and not each anew', async (test) => {
    const { $client: connection } = temporaryDatabase(test)
    const other = new Sqlite(connection.name)
    test.after(() => other.close())
    connection.pragma('busy_timeout = 1')
    other.exec('begin immediate')
    let runs = 0
    const write = () => {
      runs++
      connection.exec('delete from entries')
    }
    const writes = [inSharedCommit(connection, write), inSharedCommit(connection, write)]
    for (const told of await Promise.allSettled(writes)) {
      assert.match(String(told.status === 'rejected' && told.reason.code), /^SQLITE_BUSY/)
    }
    assert.equal(runs, 0)
  })

  it('write nothing where their connection was closed before', async (test) => {
    const database = temporaryDatabase(test)
    const writes = ['a', 'b'].map((key) => addEntry(database, entry(key), noon))
    database.$client.close()
    for (const { status } of await Promise.allSettled(writes)) assert.equal(status, 'rejected')
  })
})

/** How many commits the log holds: the last page of each says how large the database is. */
function commitsIn({ name }: Connection): number {
  const log = readFileSync(`${name}-wal`)
  const pageBytes = log.readUInt32BE(8) + 24
  const pages = Array.from({ length: (log.length - 32) / pageBytes }, (_, page) => page)
  return pages.filter((page) => log.readUInt32BE(32 + page * pageBytes + 4) > 0).length
}
