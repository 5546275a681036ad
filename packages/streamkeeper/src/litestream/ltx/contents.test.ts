import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pageBytesIn } from './contents.ts'
import { ltxOf } from './test-support.ts'

describe('The pages in an LTX file', () => {
  const pageSize = 512
  const content = Buffer.alloc(pageSize, 'x')

  it('are counted as they are written, and not as they are kept', () => {
    for (const count of [0, 1, 3]) {
      const pages = Array.from({ length: count }, (_, index) => ({ page: 2 * index + 1, content }))
      assert.equal(pageBytesIn(ltxOf({ pageSize, commit: 9, pages })), count * pageSize)
    }
  })

  it('are counted in what is cut off or wrong, too', () => {
    const whole = ltxOf({ pageSize, commit: 9, pages: [{ page: 1, content }] })
    for (let length = 100; length < whole.length; length++) {
      assert.ok(pageBytesIn(whole.subarray(0, length)) <= pageSize)
    }
    whole.writeUInt32BE(0xffffffff, 106)
    assert.equal(pageBytesIn(whole), pageSize)
  })
})
