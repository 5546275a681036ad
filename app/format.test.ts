import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dayInWords, numberInWords, plural, timeInWords } from './format.ts'

describe('A number', () => {
  it('has its thousands set apart', () => {
    const written = [0, 999, 1_237, 1_234_567].map(numberInWords)
    assert.deepEqual(written, ['0', '999', '1,237', '1,234,567'])
  })

  it('has a noun that goes with it', () => {
    const written = [0, 1, 2].map((number) => plural(number, 'time'))
    assert.deepEqual(written, ['times', 'time', 'times'])
  })
})

describe('A day', () => {
  it('is named', () => {
    assert.equal(dayInWords('2026-11-05'), '5 November')
  })

  it('is not named where it is not known', () => {
    assert.deepEqual([dayInWords(''), dayInWords(undefined)], ['', ''])
  })
})

describe('A time', () => {
  it('is told in UTC, wherever the server is', () => {
    assert.equal(timeInWords('2026-11-25T19:05:59.000Z'), '25 November 2026 at 19:05 UTC')
  })
})
