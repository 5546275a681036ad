import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { bucketScene, run } from './test-support.ts'

const noon = Date.UTC(2020, 0, 1, 12)

/** A bucket that is copied in two parts while another instance begins to lead. */
async function copied(test: TestContext, first: 'lease' | 'files') {
  const { bucket, folder, lead } = bucketScene(test)
  const copy = join(folder, 'copy')
  mkdirSync(copy)
  const take = (part: 'lease' | 'files') => {
    for (const name of readdirSync(bucket)) {
      const isLease = name.startsWith('lease.json')
      if (isLease === (part === 'lease')) {
        cpSync(join(bucket, name), join(copy, name), { recursive: true })
      }
    }
  }
  await lead({ a: noon, b: noon + 1_000 }, noon)
  take(first)
  await lead({ c: noon + 2_000 }, noon + 2_000)
  take(first === 'lease' ? 'files' : 'lease')
  return run('verify', ['--url', `file://${copy}`, '--json'])
}

describe('A copy of the bucket that was made while the app wrote', () => {
  it('restores what its lease tells of where the lease was copied first', async (test) => {
    const { code, stdout } = await copied(test, 'lease')
    assert.equal(code, 0, stdout)
    const { epoch, tables } = JSON.parse(stdout)
    assert.deepEqual([epoch, tables.notes], [1, 2])
  })

  it('is refused where the lease was copied last, and tells of what is not there', async (test) => {
    const { code, stdout } = await copied(test, 'files')
    assert.equal(code, 1)
    assert.equal(JSON.parse(stdout).problem.code, 'replica-missing')
  })
})
