import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { ReplicationProblem } from '../../stores/problem.ts'
import type { Store } from '../../stores/store.ts'
import { temporaryFolder } from '../test-support.ts'
import { bringGeneration } from './bring.ts'

const folder = 'generations/0123456789abcdef'
const names = [
  `${folder}/snapshots/00000000.snapshot.lz4`,
  `${folder}/wal/00000000_00000000.wal.lz4`,
]

/** Brings two files of a bucket that lists them with a size, and sends what `each` does. */
function bring(test: TestContext, size: number, each: Store['each']) {
  const to = join(temporaryFolder(test), 'to')
  const list = async () => names.map((name) => ({ name, size, at: 1, checksum: null }))
  const { signal } = new AbortController()
  return { to, brought: bringGeneration({ list, each }, 'file:///b/generations', to, { signal }) }
}

describe('What Litestream 0.3 has left, being brought,', () => {
  it('is refused where the disk has no room for it, before anything is brought', async (test) => {
    const { to, brought } = bring(test, 1e17, async () => assert.fail('nothing may be brought'))
    await assert.rejects(brought, { code: 'disk-full', message: /bytes are to be brought/ })
    assert.equal(existsSync(to), false)
  })

  it('is refused by name where an object is listed and not there, or not all of it came', async (test) => {
    const gone = bring(test, 5, async () => false)
    await assert.rejects(gone.brought, { code: 'object-missing', message: /\.lz4/ })
    const short = bring(test, 5, async (_, take) => {
      take(Buffer.alloc(4))
      return true
    })
    await assert.rejects(short.brought, { code: 'bucket-garbled', message: /has 5 bytes, not 4/ })
    const refused = bring(test, 5, async () => {
      throw new ReplicationProblem('permission-denied', 'file:///b', '403')
    })
    await assert.rejects(refused.brought, { code: 'permission-denied', message: /\.lz4: 403/ })
  })
})
