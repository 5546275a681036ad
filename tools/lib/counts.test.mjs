import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { agree, countPlaywright, countTap, inWords, sum } from './counts.mjs'

const tap = `TAP version 13
ok 1 - says # fail 7 in its name
1..5
# tests 7
# suites 2
# pass 3
# fail 1
# cancelled 1
# skipped 1
# todo 1
# duration_ms 12.5
`

describe('counts', () => {
  it('are read from the last lines of a TAP report', () => {
    assert.deepEqual(countTap(tap), { passed: 3, failed: 2, skipped: 2 })
  })

  it('take a flaky end-to-end test for a failed one', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 2, skipped: 3 }
    assert.deepEqual(countPlaywright({ stats }), { passed: 4, failed: 3, skipped: 3 })
  })

  it('have a failure when the runner failed without one', () => {
    assert.equal(agree({ passed: 9, failed: 0, skipped: 0 }, false).failed, 1)
  })

  it('have a failure when nothing was run', () => {
    assert.equal(agree({ passed: 0, failed: 0, skipped: 5 }, true).failed, 1)
  })

  it('stay as they are when the runner agrees', () => {
    assert.equal(agree({ passed: 9, failed: 2, skipped: 0 }, false).failed, 2)
    assert.equal(agree({ passed: 9, failed: 0, skipped: 0 }, true).failed, 0)
  })

  it('name what was skipped only when something was', () => {
    assert.equal(inWords({ passed: 2, failed: 0, skipped: 0 }), '2 passed, 0 failed')
    assert.equal(inWords({ passed: 2, failed: 1, skipped: 3 }), '2 passed, 1 failed, 3 skipped')
  })

  it('add up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 }
    assert.deepEqual(sum([one, one]), { passed: 2, failed: 4, skipped: 6 })
  })
})
