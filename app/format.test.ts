import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  dayInWords,
  localInWords,
  numberInWords,
  plural,
  relativeInWords,
  timeInWords,
} from './format.ts'

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

const now = new Date('2026-11-25T19:05:00Z')
const ago = (seconds: number) => relativeInWords(new Date(now.getTime() - seconds * 1_000), now)

describe('A time that a page tells', () => {
  for (const [seconds, words] of [
    [0, 'just now'],
    [59, 'just now'],
    [60, '1 minute ago'],
    [179, '2 minutes ago'],
    [3_599, '59 minutes ago'],
    [3_600, '1 hour ago'],
    [86_399, '23 hours ago'],
    [86_400, '1 day ago'],
    [29 * 86_400, '29 days ago'],
    [30 * 86_400, '1 month ago'],
    [364 * 86_400, '12 months ago'],
    [800 * 86_400, '2 years ago'],
  ] as const) {
    it(`of ${seconds} s ago is ${words}`, () => assert.equal(ago(seconds), words))
  }

  it('that is still to come, by a clock that is slow, is now', () => {
    assert.equal(ago(-120), 'just now')
  })

  it('is told as it was where its reader is', () => {
    assert.equal(localInWords(now, 'Europe/Berlin'), '25 November 2026 at 20:05 CET')
    assert.equal(localInWords(now, 'Asia/Kolkata'), '26 November 2026 at 00:35 GMT+5:30')
  })
})
