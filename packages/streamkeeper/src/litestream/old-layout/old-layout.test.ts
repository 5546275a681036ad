import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Lease } from '../../lease/lease.ts'
import { FileStore } from '../../stores/file-store.ts'
import { GcsStore } from '../../stores/gcs-store.ts'
import { sourceUrl } from '../../stores/replica-url.ts'
import type { Store } from '../../stores/store.ts'
import { FakeCloudStorage } from '../../test-tools/fake-cloud-storage.ts'
import { restoreReplica } from '../litestream-command.ts'
import { replicate, temporaryFolder } from '../test-support.ts'
import { runOriginal, timestamps, visitsIn } from './test-support.ts'

const options = { signal: new AbortController().signal, stallMs: 10_000 }
const me = { id: 'a', service: 's', revision: 'r', instance: 'i' }

/** What a server finds at its start, and would restore to a file of its own. */
async function found(test: TestContext, store: Store, url: string) {
  const view = await new Lease(store, url, me).read()
  const source = sourceUrl(url, view.lease)
  const to = join(temporaryFolder(test), 'a b', 'app.db')
  mkdirSync(join(to, '..'))
  const restore = async (moment = {}) => {
    assert.notEqual(await restoreReplica(source, to, { ...options, ...moment }), null)
    assert.deepEqual(readdirSync(join(to, '..')), [basename(to)])
    const visits = visitsIn(to)
    for (const file of readdirSync(join(to, '..'))) rmSync(join(to, '..', file))
    return visits
  }
  return { view, source, restore, to }
}

/** A folder with a replica that Litestream 0.3 has made. */
async function scene(test: TestContext) {
  const folder = temporaryFolder(test)
  const bucket = join(folder, 'bucket')
  mkdirSync(bucket)
  const [url, store] = [`file://${bucket}`, new FileStore(bucket)]
  const path = join(folder, 'app.db')
  const original = await runOriginal(test, path, url, store)
  const generations = () => readdirSync(join(bucket, 'generations'))
  const [id = ''] = generations()
  const inside = join(bucket, 'generations', id)
  const segment = (index: number) =>
    join(inside, 'wal', readdirSync(join(inside, 'wal')).toSorted().at(index) ?? '')
  const snapshot = join(inside, 'snapshots', '00000000.snapshot.lz4')
  return { folder, bucket, url, store, path, original, generations, id, inside, segment, snapshot }
}

const refused = (words: RegExp) => ({ code: 'old-replica-damaged', message: words })

describe('A replica of Litestream 0.3', () => {
  let cloud: FakeCloudStorage
  before(async () => {
    cloud = await FakeCloudStorage.start()
    process.env.STORAGE_EMULATOR_HOST = cloud.host
  })
  after(async () => {
    delete process.env.STORAGE_EMULATOR_HOST
    await cloud[Symbol.asyncDispose]()
  })

  it('is restored from Cloud Storage, and left as it is', async (test) => {
    const url = cloud.emptyUrl()
    const store = new GcsStore(url, { emulatorHost: cloud.host, pageSize: 2 })
    const path = join(temporaryFolder(test), 'app.db')
    const original = await runOriginal(test, path, url.replace('gs:', 'gcs:'), store)
    await original.visit('last')
    await original.stop()
    const objects = await store.list('')
    const { view, restore } = await found(test, store, url)
    assert.deepEqual([view.lease.adopted, view.isEmpty], ['generations', false])
    assert.deepEqual(await restore(), [...timestamps, 'last'])
    assert.deepEqual(await store.list(''), objects)
  })

  it('is restored from a folder', async (test) => {
    const { url, store, original } = await scene(test)
    await original.visit('last')
    const { restore } = await found(test, store, url)
    assert.deepEqual(await restore(), [...timestamps, 'last'])
  })

  it('is restored as it was at a moment', async (test) => {
    const { url, store, original, segment } = await scene(test)
    await original.visit('later')
    const at = Math.floor(Date.now() / 1_000) + 60
    utimesSync(segment(-1), at, at)
    const { restore } = await found(test, store, url)
    assert.deepEqual(await restore({ moment: { before: new Date(at * 1_000) } }), timestamps)
    assert.deepEqual(await restore(), [...timestamps, 'later'])
  })

  it('counts with the generation that was written to last, not the one with the newest snapshot', async (test) => {
    const { url, store, original, path, bucket, segment, id, generations } = await scene(test)
    await original.stop()
    rmSync(`${path}-litestream`, { recursive: true, force: true })
    rmSync(join(path, `../.${basename(path)}-litestream`), { recursive: true, force: true })
    const second = await runOriginal(test, path, url, store)
    await second.stop()
    assert.equal(generations().length, 2)
    const newest = await found(test, store, url)
    assert.deepEqual(await newest.restore(), [...timestamps, ...timestamps])
    const later = Math.floor(Date.now() / 1_000) + 60
    utimesSync(segment(-1), later, later)
    assert.ok(existsSync(join(bucket, 'generations', id)))
    assert.deepEqual(await newest.restore(), timestamps)
  })

  it('is taken for what it is by the nested names of its WAL, too', async (test) => {
    const { url, store, original, inside } = await scene(test)
    await original.visit('last')
    for (const name of readdirSync(join(inside, 'wal'))) {
      const [index = '', rest = ''] = name.split('_')
      mkdirSync(join(inside, 'wal', index), { recursive: true })
      renameSync(join(inside, 'wal', name), join(inside, 'wal', index, rest))
    }
    assert.deepEqual(await (await found(test, store, url)).restore(), [...timestamps, 'last'])
  })

  type Scene = Awaited<ReturnType<typeof scene>>
  for (const [what, damage, words] of [
    ['has no snapshot', ({ snapshot }: Scene) => rmSync(snapshot), /has no snapshot/],
    ['lacks a part of its WAL', ({ segment }: Scene) => rmSync(segment(0)), /missing WAL segment/],
    [
      'lacks a WAL file',
      ({ segment, inside }: Scene) =>
        cpSync(segment(0), join(inside, 'wal/00000002_00000000.wal.lz4')),
      /wal\/00000001_00000000.wal.lz4 is missing/,
    ],
    [
      'has an empty snapshot',
      ({ snapshot }: Scene) => truncateSync(snapshot, 0),
      /snapshot.lz4 is empty/,
    ],
    [
      'has a snapshot that is cut off',
      ({ snapshot }: Scene) => truncateSync(snapshot, 40),
      /unexpected EOF|EOF/,
    ],
    [
      'has an empty part of its WAL',
      ({ segment }: Scene) => truncateSync(segment(-1), 0),
      /wal.lz4 is empty/,
    ],
    [
      'has a sign-in page for a snapshot',
      ({ snapshot }: Scene) => writeFileSync(snapshot, '<html>'),
      /bad magic/,
    ],
    [
      'has what is none of its files',
      ({ inside }: Scene) => writeFileSync(join(inside, 'wal/x'), ''),
      /wal\/x is no file/,
    ],
    [
      'has no generation',
      ({ inside }: Scene) => rmSync(inside, { recursive: true }),
      /holds no generation/,
    ],
  ] as const) {
    it(`is refused where it ${what}`, async (test) => {
      const made = await scene(test)
      await made.original.visit('last')
      await made.original.stop()
      damage(made)
      const { view, source, to } = await found(test, made.store, made.url)
      assert.equal(view.isEmpty, false)
      await assert.rejects(restoreReplica(source, to, options), refused(words))
      assert.deepEqual(readdirSync(join(to, '..')), [])
    })
  }

  it('is told apart from one of Litestream 0.5 beside it by which is newer, and says so', async (test) => {
    const { url, store, original, path, folder, bucket, segment } = await scene(test)
    await original.stop()
    const other = join(folder, 'other.db')
    const client = new Sqlite(other)
    client.exec(`create table page_views (id integer primary key, timestamp text);
      insert into page_views (timestamp) values ('0.5')`)
    client.close()
    await replicate(other, url)
    const { view, restore } = await found(test, store, url)
    assert.equal(view.lease.adopted, 'ltx')
    assert.match(view.why ?? '', /^The replica of Litestream 0.5 counts: generations\/ was last/)
    assert.deepEqual(await restore(), ['0.5'])

    const later = Date.now() / 1_000 + 60
    utimesSync(segment(-1), later, later)
    const again = await found(test, store, url)
    assert.match(again.view.why ?? '', /^The replica of Litestream 0.3 counts: /)
    assert.deepEqual(await again.restore(), timestamps)
    assert.ok(existsSync(join(bucket, 'ltx')) && existsSync(path))
  })

  it('is found again by who restarts before the first epoch is complete', async (test) => {
    const { url, store, bucket } = await scene(test)
    const lease = new Lease(store, url, me)
    await lease.acquire()
    await lease.release()
    const { view, restore } = await found(test, store, url)
    assert.deepEqual([view.lease.epoch, view.lease.restorable], [1, 0])
    assert.deepEqual(await restore(), timestamps)
    // And where a list shows nothing of it, or only of another.
    renameSync(join(bucket, 'generations'), join(bucket, 'gone'))
    mkdirSync(join(bucket, 'ltx'))
    assert.equal((await lease.read()).lease.adopted, 'generations')
  })

  it('does not matter any more once an epoch is complete', async (test) => {
    const { url, store } = await scene(test)
    const lease = new Lease(store, url, me)
    await lease.acquire()
    await lease.publishEpoch(0)
    assert.match((await found(test, store, url)).source, /epoch-00000001$/)
  })
})
