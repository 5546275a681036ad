import assert from 'node:assert/strict'
import { cpSync, readdirSync, statSync, truncateSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { leaseName, readLease } from '../lease/lease-object.ts'
import { restoreReplica } from '../litestream/litestream-command.ts'
import { temporaryFolder } from '../litestream/test-support.ts'
import { TestMigrations } from '../sqlite/test-migrations.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl } from '../stores/replica-url.ts'
import { scene, until } from './test-leadership.ts'
import { durable } from './test-support.ts'

type Instance = Awaited<ReturnType<ReturnType<typeof scene>['start']>>

const manyBytes = 3_000_000
// What some rows take, and Litestream's own notes.
const fewBytes = 100_000

/** An instance leads that has written something large. */
async function led(test: TestContext, { ttlMs = 20_000 } = {}) {
  const { store, base, start } = scene(test, { ttlMs })
  const a = await start('a')
  await a.leadership.lead()
  a.database.open.$client.exec('create table ballast (bytes blob)')
  a.database.open.$client.exec(`insert into ballast values (randomblob(${manyBytes}))`)
  await a.write()
  await durable(a.leadership)
  return {
    ...{ store, base, start, a },
    /** Notes in what the bucket has of the epoch that is restored from now on. */
    notesInBucket: async () => {
      const { lease } = readLease((await store.read(leaseName))?.body ?? '')
      assert.ok(lease)
      const file = `${temporaryFolder(test)}/restored.db`
      const options = { signal: new AbortController().signal, stallMs: 10_000 }
      await restoreReplica(epochUrl(base, lease.restorable), file, options)
      const client = new Sqlite(file, { readonly: true })
      assert.equal(client.pragma('integrity_check', { simple: true }), 'ok')
      const notes = client.prepare('select count(*) from notes').pluck().get()
      client.close()
      return notes
    },
  }
}

/** Leads, writes, and tells how much was uploaded for it. */
async function writeAsLeader(instance: Instance): Promise<number> {
  await instance.leadership.lead()
  await instance.write()
  await durable(instance.leadership)
  const bytes = instance.leadership.replication?.firstUploadBytes
  assert.ok(typeof bytes === 'number')
  return bytes
}

function how({ leadership: { beginning } }: Instance): string | undefined {
  return beginning?.how === 'uploaded' ? beginning.why : beginning?.how
}

describe('A new epoch', () => {
  it('uploads what is new alone, also where others lead in between', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    assert.equal(how(a), 'there is no epoch before it')
    const b = await start('b')
    for (const [index, instance] of [b, a, b, a].entries()) {
      const bytes = await writeAsLeader(instance)
      assert.equal(how(instance), 'continued')
      assert.ok(bytes < fewBytes, `${bytes} bytes`)
      assert.equal(await notesInBucket(), index + 2)
    }
    await a.leadership.end()
  })

  it('goes on with the file of an instance that has handed over to nobody', async (test) => {
    const { a, notesInBucket } = await led(test)
    await a.handOver()
    assert.ok((await writeAsLeader(a)) < fewBytes)
    assert.equal(how(a), 'continued')
    await a.leadership.end()
    assert.equal(await notesInBucket(), 2)
  })

  it('goes on with the file that a process before has left on the disk', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    await a.leadership.end()
    a.database.close()
    await a.end()
    const again = await start('again', {}, { disk: a.disk })
    assert.ok((await writeAsLeader(again)) < fewBytes)
    assert.equal(how(again), 'continued')
    await again.leadership.end()
    assert.equal(await notesInBucket(), 2)
  })

  it('has all that was acknowledged where a power cut has taken the end of the WAL', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    await a.write()
    await durable(a.leadership)
    const disk = temporaryFolder(test)
    for (const name of ['app.db', 'app.db-wal', 'app.db-replica', '.app.db-litestream']) {
      cpSync(join(a.disk, name), join(disk, name), { recursive: true })
    }
    const wal = join(disk, 'app.db-wal')
    truncateSync(wal, statSync(wal).size - 1)
    await a.lease.release()
    await until(() => a.lifecycle.state.name === 'following')
    const again = await start('again', {}, { disk })
    await writeAsLeader(again)
    await again.leadership.end()
    assert.equal(await notesInBucket(), 3)
  })

  it('goes on with all that was written until the lease was lost', async (test) => {
    const { a, notesInBucket } = await led(test)
    const keep = a.lease.renew
    a.lease.renew = () => Promise.resolve('lost')
    await a.write()
    await until(() => a.lifecycle.state.name === 'following')
    a.lease.renew = keep
    assert.ok((await writeAsLeader(a)) < fewBytes)
    assert.equal(how(a), 'continued')
    await a.leadership.end()
    assert.equal(await notesInBucket(), 3)
  })

  it('goes on at the changes of those who led while this instance followed', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    const [b, c] = [await start('b'), await start('c')]
    const inode = statSync(c.database.path).ino
    await writeAsLeader(b)
    await writeAsLeader(a)
    assert.ok((await writeAsLeader(c)) < fewBytes)
    assert.equal(statSync(c.database.path).ino, inode, 'it was restored anew')
    assert.equal(await notesInBucket(), 4)
    await c.leadership.end()
  })

  it('is restored from then on although the lease ran out before, where nobody took it', async (test) => {
    const { start, a, notesInBucket } = await led(test, { ttlMs: 1_800 })
    await a.leadership.end()
    const b = await start('b')
    const away = new ReplicationProblem('bucket-unreachable', 'gs://b', 'away')
    const keep = test.mock.method(b.lease, 'renew', () => Promise.reject(away))
    const mark = test.mock.method(b.lease, 'publishEpoch', () => Promise.reject(away))
    await b.leadership.lead()
    await until(() => !b.lease.isValid)
    const before = mark.mock.callCount()
    await until(() => mark.mock.callCount() > before)
    keep.mock.restore()
    mark.mock.restore()
    await writeAsLeader(b)
    assert.equal(await notesInBucket(), 2)
    await b.leadership.end()
  })

  it('goes on after a restore where the changes would keep this process busy for long', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    const b = await start('b')
    const inode = statSync(b.database.path).ino
    a.database.open.$client.exec('insert into ballast values (zeroblob(70000000))')
    await durable(a.leadership)
    assert.ok((await writeAsLeader(b)) < fewBytes)
    assert.equal(how(b), 'continued')
    assert.notEqual(statSync(b.database.path).ino, inode)
    assert.equal(await notesInBucket(), 2)
    await b.leadership.end()
  })

  it('takes a migration as one of the changes', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    const { app } = new TestMigrations(test).add('0099_own', 'CREATE TABLE own (id integer)')
    const newer = await start('newer', {}, { app })
    // It has migrated its copy for itself, and more is written meanwhile.
    await a.write()
    await durable(a.leadership)
    assert.ok((await writeAsLeader(newer)) < fewBytes)
    assert.equal(how(newer), 'continued')
    newer.database.open.$client.exec('insert into own values (1)')
    await newer.leadership.end()
    assert.equal(await notesInBucket(), 3)
  })
})

describe('A new epoch is uploaded in full', () => {
  it('never where another instance has led since its own lease ran out', async (test) => {
    const { store, start, a, notesInBucket } = await led(test, { ttlMs: 1_800 })
    await a.leadership.end()
    const [b, c] = [await start('b'), await start('c')]
    const away = new ReplicationProblem('bucket-unreachable', 'gs://b', 'frozen')
    const keep = test.mock.method(b.lease, 'renew', () => Promise.reject(away))
    const thawed = Promise.withResolvers<never>()
    const copy = test.mock.method(store, 'copy', () => thawed.promise)
    const leading = b.leadership.lead()
    await until(() => copy.mock.callCount() > 0)
    copy.mock.restore()
    await writeAsLeader(c)
    await c.leadership.end()
    thawed.reject(new ReplicationProblem('bucket-refuses', 'gs://b', '403'))
    await assert.rejects(leading, { code: 'lease-lost' })
    keep.mock.restore()
    await writeAsLeader(b)
    assert.equal(await notesInBucket(), 3)
    await b.leadership.end()
  })

  it('where Litestream is one that can not go on', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    const b = await start('b')
    b.litestream.info = async () => ({ version: '0.5.17' })
    assert.ok((await writeAsLeader(b)) > manyBytes)
    assert.equal(how(b), 'Litestream 0.5.17 can not continue one')
    assert.equal(await notesInBucket(), 2)
    assert.ok((await writeAsLeader(a)) < fewBytes)
    await a.leadership.end()
  })

  it('where the bucket fails to copy time and again', async (test) => {
    const { store, start, a, notesInBucket } = await led(test)
    const b = await start('b')
    const away = new ReplicationProblem('bucket-unreachable', 'gs://b', '501')
    const copy = test.mock.method(store, 'copy', () => Promise.reject(away))
    await assert.rejects(b.leadership.lead(), away)
    await until(async () => !(await b.leadership.lead().catch(() => 'failed')))
    assert.match(how(b) ?? '', /does not copy: .*501/)
    await b.write()
    await durable(b.leadership)
    assert.equal(await notesInBucket(), 2)
    copy.mock.restore()
    assert.ok((await writeAsLeader(a)) < fewBytes)
    await a.leadership.end()
  })

  it('where changes of the day before yesterday are in no snapshot', async (test) => {
    const { base, start, a, notesInBucket } = await led(test)
    await a.handOver()
    const bucket = base.slice('file://'.length)
    const at = new Date(Date.now() - 48 * 3_600_000)
    for (const name of readdirSync(bucket, { encoding: 'utf8', recursive: true })) {
      if (name.endsWith('.ltx')) utimesSync(join(bucket, name), at, at)
    }
    const b = await start('b')
    assert.ok((await writeAsLeader(b)) > manyBytes)
    assert.match(how(b) ?? '', /in no snapshot/)
    await b.leadership.end()
    assert.ok((await writeAsLeader(a)) < fewBytes)
    await a.leadership.end()
    assert.equal(await notesInBucket(), 3)
  })

  it('where something else was written to the file', async (test) => {
    const { start, a, notesInBucket } = await led(test)
    const b = await start('b')
    const lead = b.database.lead.bind(b.database)
    b.database.lead = (...asked) => {
      const database = lead(...asked)
      database.$client.exec('create table if not exists other (id)')
      database.$client.pragma('wal_checkpoint(TRUNCATE)')
      return database
    }
    assert.ok((await writeAsLeader(b)) > manyBytes)
    assert.match(how(b) ?? '', /WAL/)
    assert.equal(await notesInBucket(), 2)
    await a.leadership.end()
    await b.leadership.end()
  })
})
