import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newsInWords, unseen } from './news.ts'

describe('New entries', () => {
  it('are those that are not shown', () => {
    assert.deepEqual(unseen([5, 4, 3, 2], [3, 2]), [5, 4])
    assert.deepEqual(unseen([3, 2], [3, 2]), [])
  })

  it('are those of others that came before an own one', () => {
    assert.deepEqual(unseen([7, 6, 5, 4], [7, 4]), [6, 5])
  })

  it('are not those that are older than what is shown', () => {
    assert.deepEqual(unseen([5, 4, 3, 2, 1], [4, 3]), [5])
  })

  it('are all where nobody had signed', () => {
    assert.deepEqual(unseen([2, 1], []), [2, 1])
  })

  it('are none where those that are shown were deleted', () => {
    assert.deepEqual(unseen([1], [3, 2]), [])
  })

  it('are counted, as far as they are known', () => {
    assert.equal(newsInWords(1), '1 new entry')
    assert.equal(newsInWords(2), '2 new entries')
    assert.equal(newsInWords(11), 'More than 10 new entries')
  })
})
