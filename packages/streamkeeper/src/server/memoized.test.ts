import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoized } from './memoized.ts'

describe('A memoized function', () => {
  const scene = () => {
    const called: string[] = []
    const isLong = memoized((text) => {
      called.push(text)
      return text.length > 3
    })
    return { called, isLong }
  }

  it('is called once for each text', () => {
    const { called, isLong } = scene()
    assert.deepEqual(
      [isLong('a'), isLong('abcd'), isLong('a'), isLong('abcd')],
      [false, true, false, true],
    )
    assert.deepEqual(called, ['a', 'abcd'])
  })

  it('forgets what there is too much of, and keeps nothing that is long', () => {
    const { called, isLong } = scene()
    for (let number = 0; number < 1_000; number++) isLong(`${number}`)
    isLong('0')
    isLong('x'.repeat(600))
    isLong('x'.repeat(600))
    assert.equal(called.length, 1_003)
  })
})
