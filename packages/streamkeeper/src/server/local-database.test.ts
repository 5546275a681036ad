import assert from 'node:assert/strict'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { LeaseObject } from '../lease/lease-object.ts'
import { firstLease } from '../lease/test-support/first-lease.ts'
import { noteReplica } from '../litestream/copy-notes.ts'
import { setAsideFiles } from '../litestream/database-files.ts'
import { replicate, temporaryFolder } from '../litestream/test-support.ts'
import { NewerSchema, newestMigration } from '../sqlite/migrate.ts'
import { openDatabase } from '../sqlite/open.ts'
import { TestMigrations } from '../sqlite/test-migrations.ts'
import { app } from '../sqlite/test-support.ts'
import { addNote, countNotes } from '../test-app/notes.ts'
import { LocalDatabase } from './local-database.ts'

/** An instance beside a bucket whose epoch 1 has one note. */
async function scene(test: TestContext) {
  const folder = temporaryFolder(test)
  const base = `file://${join(folder, 'bucket')}`
  const options = {
    base,
    app,
    restore: { signal: new AbortController().signal, stallMs: 10_000 },
  }
  const writer = new LocalDatabase({ ...options, path: join(folder, 'writer.db') })
  const database = new LocalDatabase({ ...options, path: join(folder, 'reader.db') })
  test.after(() => database.close())
  const lease: LeaseObject = {
    ...{ version: 1, service: 's', holder: null, epoch: 1, restorable: 1, restoredFrom: 0 },
    ...{ obsolete: [], ttlMs: 1_000, token: '' },
  }
  const look = (more: Partial<LeaseObject> = {}) => ({
    ...{ generation: '1', isHeldByOther: false, renewedMsAgo: 0, isEmpty: false },
    lease: { ...lease, ...more },
  })
  const path = join(folder, 'writer.db')
  return {
    ...{ base, database },
    look,
    bucket: join(folder, 'bucket'),
    disk: folder,
    /** Writes as a release would that has changed the schema by `sql`. */
    write: async (sql?: string) => {
      addNote(writer.lead('w', 1))
      writer.close()
      if (sql !== undefined) {
        const { $client } = openDatabase(path)
        $client.exec(sql)
        $client.exec(`insert into __drizzle_migrations (hash, created_at) values ('', 9e12)`)
        $client.close()
      }
      await replicate(path, `${base}/epoch-00000001`)
    },
  }
}

describe('A copy of what a newer release has migrated', () => {
  it('is read, and never written to', async (test) => {
    const { database, look, write } = await scene(test)
    await write('alter table notes add column mood text')
    await database.restore(look())
    assert.equal(countNotes(database.open), 1)
    assert.equal(database.schema, 'newer')
    assert.throws(() => database.lead('a', 2), NewerSchema)
    assert.throws(() => addNote(database.open), /readonly/)
  })

  it('is still that where nothing has changed since', async (test) => {
    const { database, look, write } = await scene(test)
    await write('alter table notes add column mood text')
    await database.restore(look())
    assert.equal((await database.restore(look())).from, 'changes')
    assert.equal(database.schema, 'newer')
    assert.throws(() => database.lead('a', 2), NewerSchema)
  })

  it('is refused, and the one before is read, when this release can not read it', async (test) => {
    const { database, look, write } = await scene(test)
    await write()
    await database.restore(look())
    await write('alter table notes rename column text to words')
    await assert.rejects(database.restore(look()), NewerSchema)
    assert.equal(countNotes(database.open), 1)
    assert.equal(database.schema, 'same')
  })
})

describe('A copy that this release has to migrate', () => {
  const newest = async (test: TestContext, sql: string) => {
    const { base, disk, look, write } = await scene(test)
    await write()
    const own = new TestMigrations(test).add('0003_own', sql)
    const restore = { signal: new AbortController().signal, stallMs: 10_000 }
    const path = join(disk, 'newest.db')
    const database = new LocalDatabase({ path, base, app: own.app, restore })
    test.after(() => database.close())
    return { database, look }
  }

  it('is migrated in a thread of its own, so that this one keeps a lease', async (test) => {
    const { database, look } = await newest(test, 'CREATE TABLE own (id integer)')
    const begun = once(process, 'worker')
    await database.restore(look())
    await begun
    assert.deepEqual(database.open.$client.prepare('select * from own').all(), [])
    assert.equal(countNotes(database.open), 1)
  })

  it('is as the bucket has it once it is closed, as changes are written into that', async (test) => {
    const { database, look } = await newest(test, 'CREATE TABLE own (id integer)')
    await database.restore(look())
    database.close()
    const { $client } = openDatabase(database.path)
    assert.equal($client.prepare(`select 1 from sqlite_master where name = 'own'`).get(), undefined)
    $client.close()
  })

  it('is not read where that fails, and the bucket says the same as before', async (test) => {
    const { database, look } = await newest(test, 'DROP TABLE nowhere')
    await assert.rejects(database.restore(look()), { code: 'migration-failed' })
    assert.equal(database.current, null)
  })
})

describe('A file that this instance has written', () => {
  /** It has led epoch 2, until it lost the lease, and somebody else has led epoch 3. */
  async function ledBefore(test: TestContext) {
    const made = await scene(test)
    const { database, look, write, bucket, disk } = made
    await write()
    await database.restore(look())
    addNote(database.lead('a', 2))
    const notes = join(disk, '.reader.db-litestream/ltx/0')
    mkdirSync(notes, { recursive: true })
    writeFileSync(join(notes, '0000000000000001-0000000000000007.ltx'), '')
    noteReplica(database.path, `file://${bucket}/epoch-00000002`)
    database.follow(null)
    await write()
    cpSync(join(bucket, 'epoch-00000001'), join(bucket, 'epoch-00000003'), { recursive: true })
    const begunWith = (txid: number) =>
      look({ epoch: 3, restorable: 3, obsolete: [{ upTo: 2, since: 0, was: 2, txid }] })
    return { ...made, begunWith }
  }

  it('is set aside where the next leader may not have had all of it', async (test) => {
    const { database, begunWith } = await ledBefore(test)
    await database.restore(begunWith(6))
    assert.equal(countNotes(database.open), 2)
    assert.equal(setAsideFiles(database.path).length, 1)
  })

  it('is removed where the next leader began with all of it', async (test) => {
    const { database, begunWith } = await ledBefore(test)
    await database.restore(begunWith(7))
    assert.equal(countNotes(database.open), 2)
    assert.deepEqual(setAsideFiles(database.path), [])
  })
})

describe('A file that this instance writes', () => {
  const led = async (test: TestContext) => {
    const made = await scene(test)
    await made.write()
    await made.database.restore(made.look())
    addNote(made.database.lead('a', 2))
    return made
  }

  it('can only be read by who only reads, who sees all that is committed', async (test) => {
    const { database } = await led(test)
    assert.throws(() => addNote(database.reading), /attempt to write a readonly database/)
    assert.equal(countNotes(database.reading), 2)
    addNote(database.open)
    assert.equal(countNotes(database.reading), 3)
  })

  it('shows who reads nothing of a transaction that is under way', async (test) => {
    const { database } = await led(test)
    database.open.$client.exec('begin')
    addNote(database.open)
    assert.equal(countNotes(database.reading), 2)
    database.open.$client.exec('rollback')
    assert.equal(countNotes(database.reading), 2)
  })

  it('has all of its WAL in it when it is a copy again, whoever has read it', async (test) => {
    const { database } = await led(test)
    const { $client } = database.reading
    assert.equal(countNotes(database.reading), 2)
    database.follow('7')
    assert.equal($client.open, false)
    assert.equal(statSync(`${database.path}-wal`).size, 0)
    assert.equal(countNotes(database.reading), 2)
    assert.throws(() => addNote(database.reading), /readonly/)
  })

  it('keeps its WAL when the leadership is lost, as its end may be in no bucket', async (test) => {
    const { database } = await led(test)
    assert.equal(countNotes(database.reading), 2)
    database.follow(null)
    assert.ok(statSync(`${database.path}-wal`).size > 0)
    assert.throws(() => addNote(database.reading), /readonly/)
  })

  it('leaves no connection open in the end', async (test) => {
    const { database } = await led(test)
    const connections = [database.open.$client, database.reading.$client]
    database.close()
    assert.deepEqual(
      connections.map(({ open }) => open),
      [false, false],
    )
    assert.equal(existsSync(`${database.path}-wal`), false)
  })
})

describe('A copy that is renewed twice at once', () => {
  it('is restored once', async (test) => {
    const { database, look, write } = await scene(test)
    await write()
    const [first, second] = await Promise.all([database.restore(look()), database.restore(look())])
    assert.deepEqual([first.from, second.from], ['bucket', 'changes'])
  })
})

describe('A copy that can not be renewed', () => {
  it('goes on being read, and grows old', async (test) => {
    const { database, look, write, bucket } = await scene(test)
    await write()
    await database.restore(look())
    const age = database.ageMs
    rmSync(bucket, { recursive: true })
    await assert.rejects(database.restore(look()), { code: 'replica-missing' })
    database.follow(null)
    assert.equal(countNotes(database.open), 1)
    assert.ok(database.ageMs >= age)
  })

  it('goes on being read where what has changed since is damaged', async (test) => {
    const { database, look, write, bucket } = await scene(test)
    await write()
    const schema = { migration: newestMigration(app.migrations), release: 'r' }
    await database.restore(look({ schema }))
    await write()
    const file = join(bucket, 'epoch-00000001/ltx/0/0000000000000002-0000000000000002.ltx')
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0, bytes.length - 8))
    await assert.rejects(database.restore(look({ schema })), { code: 'replica-damaged' })
    assert.equal(countNotes(database.open), 1)
  })

  it('is not replaced by less than it holds, whatever the bucket shows', async (test) => {
    const { database, look, write, bucket } = await scene(test)
    await write()
    await write()
    await database.restore(look())
    rmSync(join(bucket, 'epoch-00000001/ltx/0/0000000000000002-0000000000000002.ltx'))
    await assert.rejects(database.restore(look()), { code: 'replica-behind' })
    assert.equal(countNotes(database.open), 2)
  })

  it('is not replaced by less than the lease says there is', async (test) => {
    const { database, look, write } = await scene(test)
    await write()
    const reached = { epoch: 1, txid: 2 }
    await assert.rejects(database.restore(look({ reached })), { code: 'replica-behind' })
    assert.equal(database.current, null)
    await database.restore(look({ reached: { epoch: 2, txid: 2 } }))
  })
})

describe('A database that nobody has written yet', () => {
  const noLease = { generation: null, isHeldByOther: false, renewedMsAgo: 0 }
  const empty = { ...noLease, isEmpty: true, lease: { ...firstLease, epoch: 0, restorable: 0 } }

  it('is the newest state while there is neither a lease nor a replica', async (test) => {
    const { database } = await scene(test)
    assert.deepEqual(await database.restore(empty), { from: 'nothing-yet' })
    assert.equal(database.isNewest(empty), true)
  })

  it('is not begun beside a replica that was copied there meanwhile, before its lease', async (test) => {
    const { database, write } = await scene(test)
    await database.restore(empty)
    await write()
    const copied = { ...noLease, isEmpty: false, lease: { ...firstLease, epoch: 1, restorable: 1 } }
    assert.equal(database.isNewest(copied), false)
  })
})

describe('A copy that is renewed', () => {
  const unneeded = new AbortController().signal
  const holder = { id: 'w', revision: 'r', instance: 'i' }

  it('is not restored again while it has all that its leader says is there', async (test) => {
    const { database, look, write } = await scene(test)
    await write()
    const held = { ...look({ holder, reached: { epoch: 1, txid: 1 } }), isHeldByOther: true }
    await database.restore(held)
    const restore = test.mock.method(database, 'restore')
    const atMs = performance.now()
    await database.refresh(held, atMs, unneeded)
    assert.equal(restore.mock.callCount(), 0)
    const more = { ...held, lease: { ...held.lease, reached: { epoch: 1, txid: 99 } } }
    await assert.rejects(database.refresh(more, atMs, unneeded), { code: 'replica-behind' })
    assert.equal(restore.mock.callCount(), 1)
  })

  it('is restored again where it was written to, and its leader has not had that', async (test) => {
    const { database, look, write, base, bucket } = await scene(test)
    await write()
    await database.restore(look())
    const { txid } = database.position ?? { txid: 0 }
    addNote(database.lead('a', 2))
    noteReplica(database.path, `${base}/epoch-00000002`)
    database.follow(null)
    cpSync(join(bucket, 'epoch-00000001'), join(bucket, 'epoch-00000003'), { recursive: true })
    const obsolete = [{ upTo: 2, since: 0, was: 1, txid, continued: true }]
    const next = { holder, epoch: 3, restorable: 3, reached: { epoch: 3, txid }, obsolete }
    await database.refresh({ ...look(next), isHeldByOther: true }, performance.now(), unneeded)
    assert.equal(countNotes(database.open), 1)
  })

  it('is restored once when its leader has gone, and is known to be the newest then', async (test) => {
    const { database, look, write } = await scene(test)
    await write()
    const lease = { reached: { epoch: 1, txid: 1 } }
    await database.restore({ ...look({ ...lease, holder }), isHeldByOther: true })
    const restore = test.mock.method(database, 'restore')
    const released = { ...look(lease), generation: '2', renewedMsAgo: 60_000 }
    await database.refresh(released, performance.now(), unneeded)
    await database.refresh(released, performance.now(), unneeded)
    assert.equal(restore.mock.callCount(), 1)
  })
})
