import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ltxName } from '../replication/ltx/file-name.ts'
import { replicate, temporaryFolder, write } from '../replication/test-support.ts'
import { flawOf } from './transaction-file.ts'

/** Files that the real Litestream made of a small and of a large transaction. */
async function filesOf(test: { after(clean: () => void): void }): Promise<Buffer[]> {
  const folder = temporaryFolder(test)
  const path = join(folder, 'app.db')
  for (const text of ['small', 'large'.repeat(5_000)]) {
    write(path, text)
    await replicate(path, `file://${folder}/replica`)
  }
  const read = (txid: number) => readFileSync(join(folder, 'replica/ltx/0', ltxName(txid)))
  return [read(1), read(2)]
}

describe('The file of a transaction', () => {
  it('has no flaw where it is all there', async (test) => {
    const files = await filesOf(test)
    assert.deepEqual(
      files.map((file, index) => flawOf(file, index + 1)),
      [null, null],
    )
  })

  it('is not that of another', async (test) => {
    const [first = Buffer.alloc(0)] = await filesOf(test)
    assert.equal(flawOf(first, 2), 'holds transactions 1 to 1, not 2')
  })

  it('is seen to be cut off, or too long, by every byte', async (test) => {
    for (const [index, file] of (await filesOf(test)).entries()) {
      for (let length = 0; length < file.length; length++) {
        assert.ok(flawOf(file.subarray(0, length), index + 1), `${length} of ${file.length}`)
      }
      assert.ok(flawOf(Buffer.concat([file, Buffer.alloc(1)]), index + 1))
      assert.ok(flawOf(Buffer.concat([file, file]), index + 1))
    }
  })

  it('is no other file, and no nothing', () => {
    for (const text of ['', '<html>', '{}', 'LTX1', `LTX1${'\0'.repeat(1_000)}`]) {
      assert.ok(flawOf(Buffer.from(text), 1), text)
    }
  })
})
