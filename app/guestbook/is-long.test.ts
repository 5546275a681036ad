import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLong } from './is-long.ts'

describe('A message', () => {
  it('is shown whole up to six lines', () => {
    for (const message of ['Hello', '1\n2\n3\n4\n5\n6', 'x'.repeat(480)]) {
      assert.equal(isLong(message), false)
    }
  })

  it('is folded beyond, whether by its length or by its lines', () => {
    for (const message of ['1\n2\n3\n4\n5\n6\n7', '\n'.repeat(6), 'x'.repeat(481)]) {
      assert.equal(isLong(message), true)
    }
  })
})
