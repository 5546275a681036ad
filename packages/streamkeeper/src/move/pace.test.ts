import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Pace } from './pace.ts'

describe('The pace', () => {
  it('says how far it is, and how long it will take', () => {
    let now = 0
    const pace = new Pace(() => now)
    pace.begin('Copying entries', 4_000)
    assert.equal(pace.words, 'Copying entries, 0 % (0 of 4,000 rows)')
    now = 10_000
    pace.step(1_000)
    assert.equal(pace.words, 'Copying entries, 25 % (1,000 of 4,000 rows), 30.0 s left')
    pace.begin('Verifying entries', 4_000)
    assert.equal(pace.words, 'Verifying entries, 0 % (0 of 4,000 rows)')
  })

  it('never says more than all, whatever comes in between', () => {
    const pace = new Pace(() => 0)
    pace.begin('Comparing entries', 1)
    pace.step(2)
    assert.equal(pace.words, 'Comparing entries, 100 % (1 of 1 rows), 0.0 s left')
  })
})
