import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { temporaryFolder } from '../litestream/test-support.ts'
import { FileStore } from './file-store.ts'

const from = 'epoch-00000001/ltx/0/a.ltx'
const to = 'epoch-00000002/ltx/0/a.ltx'

function scene(test: TestContext, refusal?: string) {
  const folder = temporaryFolder(test)
  mkdirSync(join(folder, 'epoch-00000001/ltx/0'), { recursive: true })
  writeFileSync(join(folder, from), 'content')
  utimesSync(join(folder, from), 1_000, 1_000.25)
  if (refusal) {
    test.mock.method(fs, 'link', async () => {
      throw Object.assign(new Error(refusal), { code: refusal })
    })
    syncBuiltinESMExports()
    test.after(() => {
      test.mock.restoreAll()
      syncBuiltinESMExports()
    })
  }
  const store = new FileStore(folder)
  return {
    folder,
    store,
    checksums: async () => (await store.list('')).map(({ checksum }) => checksum),
    contents: () => [from, to].map((name) => readFileSync(join(folder, name), 'utf8')),
  }
}

describe('A copy in a folder', () => {
  it('is a link, and takes no room', async (test) => {
    const { folder, store } = scene(test)
    await store.copy(from, to)
    assert.equal(statSync(join(folder, to)).ino, statSync(join(folder, from)).ino)
  })

  for (const refusal of ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'ENOSYS']) {
    it(`is one of the content and the time where links are refused: ${refusal}`, async (test) => {
      const { folder, store, contents, checksums } = scene(test, refusal)
      assert.equal(await store.copy(from, to), true)
      assert.deepEqual(contents(), ['content', 'content'])
      assert.equal(statSync(join(folder, to)).mtimeMs, 1_000_250)
      assert.equal(new Set(await checksums()).size, 1)
    })
  }

  it('is known for another content once either of the two files is another', async (test) => {
    const { folder, store, checksums } = scene(test, 'EPERM')
    for (const name of [from, to]) {
      await store.copy(from, to)
      writeFileSync(join(folder, name), 'CONTENT')
      assert.equal(new Set(await checksums()).size, 2)
    }
  })

  it('is refused as the folder refuses it, and leaves no temporary file', async (test) => {
    const { folder, store } = scene(test, 'ENOSPC')
    await assert.rejects(store.copy(from, to), { code: 'disk-full' })
    assert.deepEqual(readdirSync(folder), ['epoch-00000001'])
  })
})
