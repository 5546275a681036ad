import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { catchUp } from './catch-up.ts'
import { noteCopy, notedState } from './copy-notes.ts'
import { ltxName } from './ltx/format.ts'
import { ltxOf } from './ltx/test-support.ts'
import { temporaryFolder } from './test-support.ts'

const pageSize = 65_536
const commit = 1_100

/** A file of 16 pages, a copy of transaction 1, and a replica with one transaction more. */
function scene(test: TestContext, pages: { page: number; content: Buffer; block?: Buffer }[]) {
  const folder = temporaryFolder(test)
  const path = join(folder, 'app.db')
  const client = new Sqlite(path)
  client.pragma(`page_size = ${pageSize}`)
  client.exec('create table notes (text)')
  client.prepare('insert into notes values (zeroblob(?))').run(14 * pageSize)
  client.close()
  const base = `file://${join(folder, 'bucket')}`
  const url = `${base}/epoch-00000001`
  const files = join(folder, 'bucket/epoch-00000001/ltx/0')
  mkdirSync(files, { recursive: true })
  writeFileSync(join(files, ltxName(1)), '')
  const put = (bytes: Buffer) => writeFileSync(join(files, ltxName(2)), bytes)
  put(ltxOf({ pageSize, commit, pages }))
  noteCopy(path, url, 1)
  const replaced: (number | undefined)[] = []
  return {
    path,
    put,
    replaced,
    noted: () => notedState(path, base)?.txid,
    catchUp: (reachedTxid = 2, inPlace = true) =>
      catchUp(path, url, {
        ...{ signal: new AbortController().signal, stallMs: 10_000 },
        expected: { replica: 'complete', reachedTxid },
        base: { txid: 1, inPlace },
        replace: (work) => {
          replaced.push(notedState(path, base)?.txid)
          work()
        },
      }),
  }
}

const zeros = Buffer.alloc(pageSize)
// One zero; the rest but for five, as often as it takes; five zeros.
const fewBytes = Buffer.from([0x1f, 0, 1, 0, ...Array(256).fill(255), 231, 0x50, 0, 0, 0, 0, 0])

describe('A file that is brought to the newest state by what has changed', () => {
  it('has the changes, and is noted to be at their transaction', async (test) => {
    const { path, catchUp, noted } = scene(test, [{ page: 17, content: Buffer.alloc(pageSize, 7) }])
    const caughtUp = await catchUp()
    assert.deepEqual(caughtUp && [caughtUp.txid, caughtUp.files], [2, 1])
    assert.equal(readFileSync(path)[16 * pageSize], 7)
    assert.equal(noted(), 2)
  })

  it('is restored where the replica shows less than it had', async (test) => {
    const { catchUp, replaced } = scene(test, [{ page: 17, content: zeros }])
    assert.equal(await catchUp(3), null)
    assert.deepEqual(replaced, [])
  })

  it('is restored where as much would be read as it has', async (test) => {
    const pages = Array.from({ length: 20 }, (_, index) => ({ page: index + 1, content: zeros }))
    const { catchUp, replaced } = scene(test, pages)
    assert.equal(await catchUp(), null)
    assert.deepEqual(replaced, [])
  })

  it('is restored where few bytes are so many pages that writing them takes too long', async (test) => {
    const pages = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...{ page: index + 20, content: zeros, block: fewBytes },
      }))
    const { put, catchUp, replaced, noted } = scene(test, pages(1_025))
    assert.equal(await catchUp(), null)
    assert.deepEqual([replaced, noted()], [[], 1])
    put(ltxOf({ pageSize, commit, pages: pages(1_024) }))
    assert.equal((await catchUp())?.txid, 2)
  })

  it('is at no state that is noted, and restored, where a change is damaged', async (test) => {
    const { path, put, catchUp, noted } = scene(test, [])
    const damaged = ltxOf({ pageSize, commit, pages: [{ page: 17, content: zeros }] })
    damaged.writeUInt8(1, damaged.length - 1)
    put(damaged)
    const before = readFileSync(path)
    assert.equal(await catchUp(), null)
    assert.ok(readFileSync(path).equals(before))
    assert.equal(noted(), undefined)
  })
})
