import assert from 'node:assert/strict'
import {
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { openStore } from '../../stores/open-store.ts'
import { parseReplicaUrl } from '../../stores/replica-url.ts'
import { FakeCloudStorage } from '../../test-tools/fake-cloud-storage.ts'
import { S3Server } from '../../test-tools/s3-server.ts'
import { restoreReplica } from '../litestream-command.ts'
import { localTxid } from '../local-position.ts'
import { listLtxFiles, newestIn } from '../ltx-files.ts'
import { runLitestream, temporaryFolder } from '../test-support.ts'
import { beginAt } from './begin-at.ts'
import { ltxName } from './format.ts'
import { addNotes, type Client, openPages } from './test-support.ts'

const now = 1_764_115_200_123
const options = { signal: new AbortController().signal, stallMs: 10_000 }

/** A place for epochs, and how a store copies all files of one to another. */
type Bucket = { base: string; copy: (from: string, to: string) => Promise<void> }

let cloud: FakeCloudStorage
let s3: S3Server
before(async () => {
  ;[cloud, s3] = await Promise.all([FakeCloudStorage.start(), S3Server.start()])
  Object.assign(process.env, { STORAGE_EMULATOR_HOST: cloud.host }, s3.environment)
})
after(async () => {
  await Promise.all([cloud[Symbol.asyncDispose](), s3[Symbol.asyncDispose]()])
})

const buckets: Record<string, (test: TestContext) => Bucket> = {
  'a folder': (test) => {
    const folder = temporaryFolder(test)
    const copy = async (from: string, to: string) =>
      cpSync(join(folder, from), join(folder, to), { recursive: true, preserveTimestamps: true })
    return { base: `file://${folder}`, copy }
  },
  'a store that speaks S3': () => {
    const base = s3.emptyUrl()
    const copy = async (from: string, to: string) => {
      const store = storeOf(base)
      for (const { name } of await store.list(`${from}/`)) {
        assert.ok(await store.copy(name, `${to}${name.slice(from.length)}`))
      }
    }
    return { base, copy }
  },
  'Cloud Storage': () => {
    const base = cloud.emptyUrl()
    const copy = async (from: string, to: string) => {
      const [, bucket = '', path = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(base) ?? []
      const objects = `http://${cloud.host}/storage/v1/b/${bucket}/o`
      for (const { name } of await storeOf(base).list(`${from}/`)) {
        const [source, target] = [`${path}/${name}`, `${path}/${to}${name.slice(from.length)}`]
        const rewrite = `${encodeURIComponent(source)}/rewriteTo/b/${bucket}/o/${encodeURIComponent(target)}`
        assert.ok((await fetch(`${objects}/${rewrite}`, { method: 'POST' })).ok)
      }
    }
    return { base, copy }
  },
}

function storeOf(url: string) {
  return openStore(parseReplicaUrl(url))
}

async function filesAfter(url: string, txid: number) {
  return (await listLtxFiles(storeOf(url))).filter(({ max }) => max > txid)
}

function rows(client: Client): unknown[] {
  return client.prepare('select id, text from notes order by id').raw().all()
}

/** An epoch of some changes, restored to a file that is open, and written to once, as a leader does. */
async function restoredEpoch(test: TestContext, bucket: Bucket, pageSize = 4_096) {
  const first = await runLitestream(test, 120)
  const path = join(first.folder, 'app.db')
  const client = openPages(path, pageSize)
  await first.litestream.register(path, `${bucket.base}/epoch-1`, 5_000)
  addNotes(client, 60, 2 * 20_000)
  await first.litestream.sync(path, 20_000)
  client.exec('update notes set text = lower(text) where id % 7 = 0')
  await first.litestream.sync(path, 20_000)
  await first.litestream.unregister(path, 10_000, 20_000)
  client.close()
  await bucket.copy('epoch-1', 'epoch-2')
  // Where it can't sync, it is not to try for long.
  const next = await runLitestream(test, 120, 'shutdown-sync-timeout: 1s')
  const copyPath = join(next.folder, 'app.db')
  const url = `${bucket.base}/epoch-2`
  const txid = await restoreReplica(url, copyPath, options)
  assert.ok(txid)
  assert.equal(txid, newestIn(await listLtxFiles(storeOf(url))))
  const open = () => {
    const opened = openPages(copyPath, pageSize)
    test.after(() => {
      opened.close()
    })
    addNotes(opened, 1, 20)
    return opened
  }
  return { ...next, path: copyPath, url, txid, client: open(), open }
}

async function assertSame(test: TestContext, url: string, client: Client): Promise<void> {
  const path = join(temporaryFolder(test), 'restored.db')
  assert.ok(await restoreReplica(url, path, options))
  const restored = new Sqlite(path)
  assert.deepEqual(restored.pragma('integrity_check'), [{ integrity_check: 'ok' }])
  assert.deepEqual(rows(restored), rows(client))
  restored.close()
}

describe('A database that begins at a state', () => {
  for (const [name, bucketOf] of Object.entries(buckets)) {
    // The size is no matter of the store.
    for (const pageSize of name === 'a folder' ? [512, 4_096, 65_536] : [4_096]) {
      it(`has its changes alone uploaded to ${name}, with pages of ${pageSize}`, async (test) => {
        const scene = await restoredEpoch(test, bucketOf(test), pageSize)
        const { litestream, client, path, url, txid } = scene
        assert.equal(beginAt(path, txid, now), null)
        await litestream.register(path, url, 5_000)
        const { replicatedTxid } = await litestream.sync(path, 20_000)
        assert.ok(replicatedTxid > txid)
        const uploaded = await filesAfter(url, txid)
        const pages = Number(client.pragma('page_count', { simple: true }))
        const bytes = uploaded.reduce((sum, { size }) => sum + size, 0)
        assert.ok(pages * pageSize > 2_000_000 && bytes < 100_000, `${bytes} bytes: a snapshot?`)
        await assertSame(test, url, client)

        addNotes(client, 20, 3_000)
        client.exec('delete from notes where id % 3 = 0')
        await litestream.sync(path, 20_000)
        await assertSame(test, url, client)
        client.exec('vacuum')
        await litestream.sync(path, 20_000)
        await assertSame(test, url, client)
        // More pages than Litestream waits for until it makes a checkpoint.
        client.prepare('insert into notes (text) values (zeroblob(?))').run(1_100 * pageSize)
        await litestream.sync(path, 20_000)
        addNotes(client, 1, 20)
        await litestream.sync(path, 20_000)
        await assertSame(test, url, client)
      })
    }
  }

  const bucketOf = buckets['a folder'] as (test: TestContext) => Bucket

  it('is uploaded in full by Litestream where its WAL is another one by then', async (test) => {
    const { litestream, client, open, path, url, txid } = await restoredEpoch(test, bucketOf(test))
    client.exec("update notes set text = 'changed' where id = 2")
    assert.equal(beginAt(path, txid, now), null)
    // Closing makes a checkpoint, and the next WAL has other salts.
    client.close()
    const reopened = open()
    await litestream.register(path, url, 5_000)
    await litestream.sync(path, 20_000)
    const uploaded = await filesAfter(url, txid)
    assert.ok(uploaded.some(({ size }) => size > 500_000))
    await assertSame(test, url, reopened)
  })

  it('is not uploaded by Litestream where the copy has no file of level 0', async (test) => {
    const scene = await restoredEpoch(test, bucketOf(test))
    const { litestream, client, path, url, txid } = scene
    const folder = url.slice('file://'.length)
    // As if all had been compacted.
    renameSync(join(folder, 'ltx/0'), join(folder, 'ltx/1'))
    assert.equal(beginAt(path, txid, now), null)
    await litestream.register(path, url, 5_000)
    // It begins with the first transaction, which it does not have.
    const first = new RegExp(`ltx/0/${ltxName(1)}: no such file`)
    await assert.rejects(litestream.sync(path, 5_000), first)
    assert.deepEqual(await filesAfter(url, txid), [])
    client.exec('delete from notes where id = last_insert_rowid()')
    await assertSame(test, url, client)
  })

  it('stays locked by SQLite, so that nobody who closes it takes it for unused', {
    skip: !existsSync('/proc/locks'),
  }, (test) => {
    const path = join(temporaryFolder(test), 'app.db')
    openPages(path, 4_096).close()
    const client = openPages(path, 4_096)
    test.after(() => {
      client.close()
    })
    addNotes(client, 1, 20)
    const locks = () =>
      readFileSync('/proc/locks', 'utf8')
        .split('\n')
        .filter((lock) => lock.includes(` ${process.pid} `)).length
    const before = locks()
    assert.equal(beginAt(path, 7, now), null)
    assert.equal(locks(), before)
  })

  it('forgets what Litestream noted of an earlier file', async (test) => {
    const { path, txid } = await restoredEpoch(test, bucketOf(test))
    assert.equal(beginAt(path, txid + 10, now), null)
    assert.equal(localTxid(path), txid + 11)
    assert.equal(beginAt(path, txid, now), null)
    assert.equal(localTxid(path), txid + 1)
  })
})

describe('A database whose state is not certain', () => {
  function scene(test: TestContext) {
    const path = join(temporaryFolder(test), 'app.db')
    openPages(path, 4_096).close()
    return path
  }

  function assertRefused(path: string, words: RegExp): void {
    assert.match(String(beginAt(path, 7, now)), words)
    assert.equal(localTxid(path), 0)
  }

  it('has no WAL, or one that holds nothing', (test) => {
    const path = scene(test)
    assertRefused(path, /ENOENT.*app\.db-wal/)
    const client = openPages(path, 4_096)
    test.after(() => {
      client.close()
    })
    assertRefused(path, /no valid header/)
    addNotes(client, 1, 20)
    assert.equal(beginAt(path, 7, now), null)
    truncateSync(`${path}-wal`, 32 + 24 + 4_095)
    assertRefused(path, /is empty/)
  })

  it('has a WAL that was begun anew, or a damaged one', (test) => {
    const path = scene(test)
    const client = openPages(path, 4_096)
    test.after(() => {
      client.close()
    })
    addNotes(client, 1, 20)
    const wal = readFileSync(`${path}-wal`)
    client.pragma('wal_checkpoint(restart)')
    addNotes(client, 1, 20)
    assertRefused(path, /begun anew/)
    for (const at of [0, 5, 9, 17, 22, 25, 31, 32 + 9, 32 + 14]) {
      const damaged = Buffer.from(wal)
      damaged.writeUInt8(wal.readUInt8(at) ^ 1, at)
      writeFileSync(`${path}-wal`, damaged)
      assertRefused(path, /no valid header|frame of an earlier one/)
    }
    writeFileSync(`${path}-wal`, wal)
    assert.equal(beginAt(path, 7, now), null)
  })

  it('has no whole pages, or is not there', (test) => {
    const path = scene(test)
    const client = openPages(path, 4_096)
    addNotes(client, 1, 20)
    const [file, wal] = [readFileSync(path), readFileSync(`${path}-wal`)]
    client.close()
    const withFile = (bytes: Buffer) => {
      writeFileSync(path, bytes)
      writeFileSync(`${path}-wal`, wal)
    }
    withFile(file)
    assert.equal(beginAt(path, 7, now), null)
    withFile(file.subarray(0, -1))
    assertRefused(path, /no whole pages of 4096/)
    withFile(Buffer.alloc(0))
    assertRefused(path, /no whole pages/)
    rmSync(path)
    assertRefused(path, /ENOENT/)
  })
})
