import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { epochName } from '../stores/epochs.ts'
import { openStore } from '../stores/open-store.ts'
import { epochUrl, parseReplicaUrl } from '../stores/replica-url.ts'
import { FakeCloudStorage } from '../test-tools/fake-cloud-storage.ts'
import { copyEpoch } from './copy-epoch.ts'
import { restoreReplica } from './litestream-command.ts'
import { beginAt } from './ltx/begin-at.ts'
import { addNotes, type Client, openPages } from './ltx/test-support.ts'
import { type LtxFile, ltxFilesIn, newestIn } from './ltx-files.ts'
import { runLitestream, temporaryFolder } from './test-support.ts'

const options = { signal: new AbortController().signal, stallMs: 10_000 }
const fast = `
levels: [{interval: 1s}, {interval: 2s}, {interval: 3s}]
snapshot: {interval: 4s, retention: 6s}
l0-retention: 2s
l0-retention-check-interval: 1s
`

let cloud: FakeCloudStorage
before(async () => {
  cloud = await FakeCloudStorage.start()
  process.env.STORAGE_EMULATOR_HOST = cloud.host
})
after(() => {
  delete process.env.STORAGE_EMULATOR_HOST
  return cloud[Symbol.asyncDispose]()
})

type Test = { after(clean: () => void | Promise<void>): void }

/** A bucket whose epochs continue each other, with a Litestream that compacts and forgets quickly. */
function bucketOf(test: Test) {
  const url = parseReplicaUrl(cloud.emptyUrl())
  const store = openStore(url)
  const filesOf = async (epoch: number) => ltxFilesIn(await store.list(`${epochName(epoch)}/`))

  async function restored(epoch: number): Promise<{ path: string; txid: number }> {
    const path = join(temporaryFolder(test), 'app.db')
    const txid = await restoreReplica(epochUrl(url, epoch), path, options)
    assert.ok(txid)
    return { path, txid }
  }

  async function begin(epoch: number): Promise<{ path: string; client: Client }> {
    if (epoch === 1) {
      const path = join(temporaryFolder(test), 'app.db')
      const client = openPages(path, 4_096)
      addNotes(client, 500, 2_000)
      return { path, client }
    }
    const { txid } = await copyEpoch(store, epoch - 1, epoch)
    const { path, txid: begun } = await restored(epoch)
    assert.equal(begun, txid)
    const client = openPages(path, 4_096)
    addNotes(client, 1, 20)
    assert.equal(beginAt(path, txid, Date.now()), null)
    return { path, client }
  }

  return {
    filesOf,
    rowsOf: async (epoch: number) => {
      const client = new Sqlite((await restored(epoch)).path)
      try {
        assert.deepEqual(client.pragma('integrity_check'), [{ integrity_check: 'ok' }])
        return rows(client)
      } finally {
        client.close()
      }
    },
    /**
     * A leadership that continues the one before, and lasts until all levels have what it wrote.
     *
     * @returns all that is written then
     */
    async lead(epoch: number): Promise<unknown[]> {
      const { path, client } = await begin(epoch)
      const begun = newestIn(await filesOf(epoch))
      const isAtAllLevels = async () => {
        const files = await filesOf(epoch)
        return [1, 2, 3, 9].every((wanted) =>
          files.some(({ level, max }) => level === wanted && max > begun),
        )
      }
      await using ended = await run(test)
      const { litestream } = ended
      await litestream.register(path, epochUrl(url, epoch), 5_000)
      for (let changes = 0; changes < 50 || !(await isAtAllLevels()); changes++) {
        assert.ok(changes < 2_000, 'Litestream compacts no more')
        addNotes(client, 1, 400)
        client.exec('update notes set text = lower(text) where id = abs(random()) % 500')
        await litestream.sync(path, 20_000)
      }
      await litestream.unregister(path, 10_000, 20_000)
      const written = rows(client)
      client.close()
      return written
    },
  }
}

async function run(test: Test) {
  const running = await runLitestream(test, 120, fast)
  return { ...running, [Symbol.asyncDispose]: running.end }
}

function rows(client: Client): unknown[] {
  return client.prepare('select id, text from notes order by id').raw().all()
}

/** Where a level has files before and after transactions that it lacks. */
function holes(files: LtxFile[]): string[] {
  return [1, 2, 3].flatMap((level) => {
    const here = files.filter((file) => file.level === level).toSorted((a, b) => a.min - b.min)
    return here.flatMap(({ name, min }, index) =>
      index > 0 && min > newestIn(here.slice(0, index)) + 1 ? [name] : [],
    )
  })
}

describe('Epochs that continue each other', () => {
  it('hold what was written, through compaction and retention, and are compacted on', async (test) => {
    const { lead, filesOf, rowsOf } = bucketOf(test)
    for (const epoch of [1, 2]) {
      const written = await lead(epoch)
      assert.deepEqual(await rowsOf(epoch), written)
      const files = await filesOf(epoch)
      assert.deepEqual(holes(files), [])
      // The epoch before is as it was.
      if (epoch > 1) assert.ok((await rowsOf(epoch - 1)).length < written.length)
    }
  })
})
