import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { receiptInWords } from './receipt-words.ts'

describe('The receipt of an entry', () => {
  it('says how soon it was in the bucket', () => {
    assert.equal(receiptInWords(38, 'writer'), 'In the bucket 38 ms after you sent it')
    assert.equal(receiptInWords(1_240, 'reader'), 'In the bucket 1.2 s after you sent it')
  })

  it('names no bucket where there is none', () => {
    assert.equal(receiptInWords(5, 'postgres'), 'In the database 5 ms after you sent it')
  })
})
