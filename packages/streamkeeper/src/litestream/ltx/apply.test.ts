import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryFolder } from '../test-support.ts'
import { LtxDamaged, readHeader } from './format.ts'
import { verifyLtx } from './stream.ts'
import { addNotes, apply, type Client, hashOf, ltxOf, replicaOf } from './test-support.ts'

const changes: readonly ((client: Client) => void)[] = [
  (client) => addNotes(client, 3, 20),
  (client) => addNotes(client, 40, 40_000),
  (client) => client.exec('update notes set text = lower(text) where id % 3 = 0'),
  (client) => client.exec('delete from notes where id > 10'),
  (client) => client.exec('vacuum'),
  (client) => client.exec('create index by_text on notes (substr(text, 1, 50))'),
  (client) => addNotes(client, 5, 100_000),
]

describe('Applying LTX files', () => {
  for (const pageSize of [512, 4_096, 65_536]) {
    it(`makes the file that a restore makes, byte for byte, with pages of ${pageSize}`, async (test) => {
      const replica = await replicaOf(test, pageSize, changes)
      const path = join(temporaryFolder(test), 'app.db')
      const sizes: number[] = []
      for (const [index, file] of replica.files().entries()) {
        assert.deepEqual([readHeader(file).min, readHeader(file).max], [index + 1, index + 1])
        apply(path, file)
        sizes.push(statSync(path).size)
        assert.equal(hashOf(path), await replica.restoredAt(index + 1), `transaction ${index + 1}`)
      }
      const isSmaller = sizes.some((size, index) => size < (sizes[index - 1] ?? 0))
      assert.ok(isSmaller && sizes.length >= changes.length, sizes.join())
    })
  }

  it('takes files of several transactions, and snapshots', async (test) => {
    const replica = await replicaOf(test, 4_096, changes)
    const path = join(temporaryFolder(test), 'app.db')
    const last = replica.files().length
    const compacted = await replica.newest(1, (min, max) => min < max)
    apply(path, ...replica.files().slice(0, readHeader(compacted).min - 1), compacted)
    const restored = await replica.restoredAt(readHeader(compacted).max)
    assert.equal(hashOf(path), restored)
    apply(path, compacted)
    assert.equal(hashOf(path), restored)
    const other = join(temporaryFolder(test), 'app.db')
    const snapshot = await replica.newest(9, (_, max) => max >= last)
    apply(other, snapshot)
    assert.equal(hashOf(other), await replica.restoredAt(readHeader(snapshot).max))
  })
})

describe('A damaged LTX file', () => {
  const page = (text: string) => Buffer.alloc(512, text)
  const database = Buffer.concat([page('SQLite format 3\0'), page('b'), page('c')])
  database.writeUInt16BE(512, 16)
  const good = { pageSize: 512, commit: 4, pages: [{ page: 4, content: page('d') }] }

  function refused(test: Parameters<typeof temporaryFolder>[0], bytes: Buffer, words: RegExp) {
    const path = join(temporaryFolder(test), 'app.db')
    writeFileSync(path, database)
    assert.throws(
      () => apply(path, bytes),
      (error) => error instanceof LtxDamaged && words.test(error.message),
    )
    assert.deepEqual(readFileSync(path), database)
  }

  it('is found by any of its bytes, or makes no difference', async (test) => {
    const replica = await replicaOf(test, 512, [(client) => addNotes(client, 1, 20)])
    const file = replica.files().at(-1) ?? Buffer.alloc(0)
    const path = join(temporaryFolder(test), 'app.db')
    apply(path, ...replica.files())
    const right = readFileSync(path)
    let harmless = 0
    for (let at = 0; at < file.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const damaged = Buffer.from(file)
        damaged.writeUInt8(file.readUInt8(at) ^ flip, at)
        try {
          apply(path, damaged)
          // A run of zeros is the same from wherever it is repeated.
          harmless++
        } catch (error) {
          assert.ok(error instanceof LtxDamaged, String(error))
        }
        assert.deepEqual(readFileSync(path), right, `byte ${at} ^ ${flip}`)
      }
    }
    assert.ok(harmless < file.length / 10, `${harmless} of ${file.length}`)
  })

  it('is found wherever it is cut off, and where more follows', async (test) => {
    const replica = await replicaOf(test, 512, [(client) => addNotes(client, 1, 20)])
    for (const file of replica.files().slice(-1)) {
      for (let length = 0; length < file.length; length++) {
        assert.throws(() => verifyLtx(file.subarray(0, length)), LtxDamaged, `${length} bytes`)
      }
      for (const more of [Buffer.alloc(1), Buffer.alloc(16), file]) {
        assert.throws(() => verifyLtx(Buffer.concat([file, more])), LtxDamaged)
      }
    }
  })

  it('is nothing at all', () => {
    for (let i = 0; i < 500; i++) {
      const garbage = randomBytes(i * 3)
      assert.throws(() => verifyLtx(garbage), LtxDamaged)
      assert.throws(() => verifyLtx(Buffer.concat([Buffer.from('LTX1'), garbage])), LtxDamaged)
    }
  })

  it('holds pages that a database cannot have', (test) => {
    const d = page('d')
    const locked = 2 ** 30 / 512 + 1
    const pages = (...numbers: number[]) => numbers.map((number) => ({ page: number, content: d }))
    refused(test, ltxOf({ ...good, pages: pages(2, 2) }), /page 2 after page 2/)
    refused(test, ltxOf({ ...good, pages: pages(3, 2) }), /page 2 after page 3/)
    refused(test, ltxOf({ ...good, pages: pages(5) }), /page 5 after page 0 of 4/)
    refused(test, ltxOf({ ...good, commit: locked, pages: pages(locked) }), /page 2097153/)
    refused(test, ltxOf({ ...good, commit: 0, pages: [] }), /no pages/)
    refused(test, ltxOf({ ...good, pages: [{ page: 2, content: page('x').subarray(1) }] }), /less/)
    refused(test, ltxOf({ ...good, pages: [{ page: 2, content: Buffer.alloc(513) }] }), /more/)
  })

  it('is of the form before, whose pages have no size, or of one to come', (test) => {
    const [first] = good.pages
    assert.ok(first)
    refused(test, ltxOf({ ...good, pages: [{ ...first, flags: 0 }] }), /flags 0 at page 4/)
    refused(test, ltxOf({ ...good, pages: [{ ...first, flags: 3 }] }), /flags 3/)
    refused(test, ltxOf({ ...good, flags: 4 }), /unknown flags 4/)
  })

  it('is of another database', (test) => {
    const content = Buffer.alloc(1_024)
    const larger = { pageSize: 1_024, commit: 4, pages: [{ page: 2, content }] }
    refused(test, ltxOf(larger), /pages of 1024 bytes, for a file with pages of 512/)
    refused(test, ltxOf({ ...larger, pageSize: 1_000, pages: [] }), /pages of 1000 bytes/)
  })

  it('is not all of a database where it is to begin one', (test) => {
    const snapshot = { ...good, min: 1, max: 3, commit: 2 }
    const pages = [1, 2].map((number) => ({ page: number, content: page('x') }))
    for (const some of [[], pages.slice(0, 1), pages.slice(1)]) {
      refused(test, ltxOf({ ...snapshot, pages: some }), /pages of a database of 2/)
    }
    const path = join(temporaryFolder(test), 'app.db')
    assert.throws(() => apply(path, ltxOf({ ...good, commit: 2, pages })), /no database/)
    apply(path, ltxOf({ ...snapshot, pages }))
    assert.equal(readFileSync(path, 'latin1'), 'x'.repeat(1_024))
  })

  it('is nothing that a valid file of few pages is', (test) => {
    const path = join(temporaryFolder(test), 'app.db')
    writeFileSync(path, database)
    apply(path, ltxOf({ ...good, commit: 5, pages: [{ page: 5, content: page('e') }] }))
    const grown = Buffer.concat([database, Buffer.alloc(512), page('e')])
    assert.deepEqual(readFileSync(path), grown)
    apply(path, ltxOf({ ...good, commit: 2, pages: [{ page: 2, content: page('z') }] }))
    assert.deepEqual(readFileSync(path), Buffer.concat([database.subarray(0, 512), page('z')]))
  })
})
