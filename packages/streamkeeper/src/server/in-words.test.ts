import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { duration, size } from './in-words.ts'

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
