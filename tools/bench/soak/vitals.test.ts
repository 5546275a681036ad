import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { growthOf, type Vitals } from './vitals.ts'

const life = (files: (minute: number) => number): Vitals[] =>
  Array.from({ length: 11 }, (_, minute) => ({
    ageMs: minute * 60_000,
    server: { megabytes: 150, files: files(minute), sockets: 20 },
    litestream: { megabytes: 60, files: 20, sockets: 5 },
    walMegabytes: 4,
    diskMegabytes: 20,
  }))

const tooMuch = (samples: Vitals[]) =>
  growthOf(samples)
    .filter(({ isTooMuch }) => isTooMuch)
    .map(({ measure }) => measure)

describe('growthOf', () => {
  it('takes a level that goes up and down', () => {
    assert.deepEqual(tooMuch(life((minute) => 30 + (minute % 2) * 40)), [])
  })

  it('finds files that are never closed', () => {
    assert.deepEqual(tooMuch(life((minute) => 30 + minute * 10)), ['server, files'])
  })

  it('takes what an instance opens while it warms up', () => {
    assert.deepEqual(tooMuch(life((minute) => (minute < 2 ? 5 : 80))), [])
  })
})
