import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseMoment } from './values.ts'

const noon = Date.UTC(2026, 0, 2, 12)

describe('A moment', () => {
  it('is a time with its zone', () => {
    assert.equal(parseMoment('2026-01-02T12:00:00Z', 0), noon)
    assert.equal(parseMoment('2026-01-02T13:00:00.250+01:00', 0), noon + 250)
  })

  it('is a time ago', () => {
    assert.deepEqual(
      ['-90s', '-10m', '-2h', '-1d'].map((text) => noon - (parseMoment(text, noon) ?? 0)),
      [90_000, 600_000, 7_200_000, 86_400_000],
    )
  })

  it('is nothing else', () => {
    for (const text of [
      '',
      'now',
      '10m',
      '-10',
      '2026-01-02',
      '2026-01-02T12:00:00',
      '2026-13-01T00:00:00Z',
    ]) {
      assert.equal(parseMoment(text, noon), null, text)
    }
  })
})
