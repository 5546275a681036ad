import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { duration, plural, size } from './in-words.ts'
import { plainPage } from './plain-page.ts'

describe('The status page', () => {
  for (const [ms, words] of [
    [0, '0 ms'],
    [999, '999 ms'],
    [1_000, '1 s'],
    [61_900, '1 min 1 s'],
    [7_200_000, '2 h'],
    [90_000_000, '1 d 1 h'],
  ] as const) {
    it(`writes ${ms} ms as ${words}`, () => assert.equal(duration(ms), words))
  }

  for (const [bytes, words] of [
    [12, '12 B'],
    [4_096, '4.10 kB'],
    [123_456_789, '123 MB'],
    [5_000_000_000, '5.00 GB'],
  ] as const) {
    it(`writes ${bytes} bytes as ${words}`, () => assert.equal(size(bytes), words))
  }
})

describe('What is written for people', () => {
  it('has one of a thing, and several of things', () => {
    const written = [0, 1, 2].map((number) => plural(number, 'time'))
    assert.deepEqual(written, ['times', 'time', 'times'])
  })

  it('shows text as text', () => {
    const page = plainPage({ title: 'A "title"', detail: '<b> & </b>' })
    assert.match(page, /<h1>A &quot;title&quot;<\/h1>/)
    assert.match(page, /<p>&lt;b&gt; &amp; &lt;\/b&gt;<\/p>/)
  })
})
