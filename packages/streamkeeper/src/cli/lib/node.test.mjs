import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isNewEnough } from './node.mjs'

describe('an installed Node', () => {
  for (const [found, used] of [
    ['26.10.0', true],
    ['26.10.1', true],
    ['26.11.0', true],
    ['26.9.9', false],
    ['27.0.0', false],
    ['20.20.2', false],
  ]) {
    it(`of version ${found} is ${used ? 'used' : 'left alone'} where 26.10.0 is pinned`, () => {
      assert.equal(isNewEnough(found, '26.10.0'), used)
    })
  }
})
