import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { ReplicationProblem } from '../stores/problem.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { addNotes, type Client, hashOf, replicaOf } from './ltx/test-support.ts'
import { restoreApart } from './restore-apart.ts'
import { CantRestore, restoreHere } from './restore-here.ts'
import { temporaryFolder } from './test-support.ts'

const changes: readonly ((client: Client) => void)[] = [
  (client) => addNotes(client, 20, 100_000),
  ...Array.from({ length: 50 }, () => (client: Client) => addNotes(client, 1, 2_000)),
  (client) => client.exec('delete from notes where id > 15'),
  (client) => client.exec('vacuum'),
]

/** Single uploads of a real Litestream, the first one large, and what a restore of them makes. */
async function scene(test: TestContext) {
  const replica = await replicaOf(test, 4_096, changes)
  const files = replica.files()
  const store = new MemoryStore()
  for (const [index, file] of files.entries()) store.put(nameOf(index + 1), file)
  const to = join(temporaryFolder(test), 'app.db')
  return { store, to, files, restored: () => replica.restoredAt(files.length) }
}

function nameOf(txid: number): string {
  const hex = txid.toString(16).padStart(16, '0')
  return `ltx/0/${hex}-${hex}.ltx`
}

describe('A restore in this process', () => {
  it('makes the file that Litestream makes, byte for byte', async (test) => {
    const { store, to, files, restored } = await scene(test)
    assert.equal(await restoreHere(store, to), files.length)
    assert.equal(hashOf(to), await restored())
  })

  for (const [what, change] of [
    ['is damaged', (file: Buffer) => void file.writeUInt8(file.readUInt8(200) ^ 1, 200)],
    ['is cut off', (file: Buffer) => file.subarray(0, -20)],
    ['is another', (_: Buffer, other: Buffer) => other],
  ] as const) {
    for (const txid of [1, 7]) {
      it(`leaves nothing where file ${txid} ${what}`, async (test) => {
        const { store, to, files } = await scene(test)
        const [file, other] = [Buffer.from(files[txid - 1] ?? ''), files[txid] ?? Buffer.alloc(0)]
        store.put(nameOf(txid), change(file, other) ?? file)
        await assert.rejects(restoreHere(store, to), CantRestore)
        assert.deepEqual(readdirSync(join(to, '..')), [])
      })
    }
  }

  for (const txid of [1, 7]) {
    it(`leaves nothing where file ${txid} is gone, listed or not`, async (test) => {
      const { store, to } = await scene(test)
      const listed = await store.list('ltx/')
      await store.remove(nameOf(txid))
      await assert.rejects(restoreHere(store, to), CantRestore)
      store.list = async () => listed
      await assert.rejects(restoreHere(store, to), CantRestore)
      assert.deepEqual(readdirSync(join(to, '..')), [])
    })
  }

  it('knows no replica where there is nothing', async (test) => {
    const to = join(temporaryFolder(test), 'app.db')
    await assert.rejects(restoreHere(new MemoryStore(), to), CantRestore)
    assert.ok(!existsSync(to))
  })
})

describe('A restore in a thread of its own', () => {
  const options = { signal: new AbortController().signal, stallMs: 15_000 }

  it('tells which transaction it has reached', async (test) => {
    const { to, files, restored } = await scene(test)
    const folder = temporaryFolder(test)
    mkdirSync(join(folder, 'ltx/0'), { recursive: true })
    for (const [index, file] of files.entries())
      writeFileSync(join(folder, nameOf(index + 1)), file)
    assert.equal(await restoreApart(`file://${folder}`, to, options), files.length)
    assert.equal(hashOf(to), await restored())
  })

  it('leaves it to Litestream to say what is wrong', async (test) => {
    const folder = temporaryFolder(test)
    assert.equal(await restoreApart(`file://${folder}`, join(folder, 'app.db'), options), null)
  })

  it('ends at once when it is aborted', async (test) => {
    const folder = temporaryFolder(test)
    const stop = new AbortController()
    const restored = restoreApart(`file://${folder}`, join(folder, 'app.db'), {
      ...options,
      signal: stop.signal,
    })
    stop.abort(new Error('stopped'))
    await assert.rejects(restored, /stopped/)
  })

  it('tells of a bucket that does not answer as what it is', async (test) => {
    const folder = temporaryFolder(test)
    process.env.STORAGE_EMULATOR_HOST = '127.0.0.1:1'
    test.after(() => {
      delete process.env.STORAGE_EMULATOR_HOST
    })
    await assert.rejects(
      restoreApart('gs://visits/app/epoch-00000001', join(folder, 'app.db'), {
        ...options,
        stallMs: 200,
      }),
      (error) => error instanceof ReplicationProblem && error.code === 'bucket-unreachable',
    )
  })
})
