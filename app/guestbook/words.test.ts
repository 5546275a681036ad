import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isLong, receiptInWords } from './words.ts'

describe('The receipt of an entry', () => {
  it('says how soon it was in the bucket', () => {
    assert.equal(receiptInWords(38, 'writer'), 'In the bucket 38 ms after you sent it')
    assert.equal(receiptInWords(1_240, 'reader'), 'In the bucket 1.2 s after you sent it')
  })

  it('names no bucket where there is none', () => {
    assert.equal(receiptInWords(5, 'postgres'), 'In the database 5 ms after you sent it')
  })
})

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
