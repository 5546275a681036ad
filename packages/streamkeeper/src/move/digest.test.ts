import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encode, Summing } from './digest.ts'
import type { Row } from './side.ts'

const value = fc.oneof(
  fc.constantFrom(null, '', '-', 'i1;', 't0:', 0n, 1n, 0, 1),
  fc.bigInt(),
  fc.string(),
  fc.double({ noNaN: true }).map((number) => number + 0),
  fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
)
const row: fc.Arbitrary<Row> = fc.array(value, { maxLength: 4 })

describe('The encoding of a row', () => {
  it('is that of no other row', () => {
    const isSame = (one: Row, other: Row) => {
      try {
        assert.deepStrictEqual(one, other)
        return true
      } catch {
        return false
      }
    }
    fc.assert(
      fc.property(row, row, (one, other) => {
        assert.equal(encode(one) === encode(other), isSame(one, other))
      }),
      { numRuns: 2_000 },
    )
  })

  for (const [what, one, other] of [
    ['NULL from an empty text', [null], ['']],
    ['a number from its text', [1n], ['1']],
    ['where a text ends from where the next begins', ['ab', 'c'], ['a', 'bc']],
    ['numbers that JavaScript takes for equal', [9007199254740993n], [9007199254740992n]],
    ['texts that only look the same', ['\u00e9'], ['e\u0301']],
  ] satisfies [string, Row, Row][]) {
    it(`tells ${what}`, () => assert.notEqual(encode(one), encode(other)))
  }
})

describe('The sum of rows', () => {
  it('is the same however they are cut, and another in another order', () => {
    const sum = (...cuts: Row[][]) => {
      const summing = new Summing()
      for (const rows of cuts) summing.add(rows)
      return summing.digest
    }
    assert.deepEqual(sum([[1n]], [[2n], [3n]]), sum([[1n], [2n]], [], [[3n]]))
    assert.notDeepEqual(sum([[1n], [2n]]), sum([[2n], [1n]]))
  })
})
