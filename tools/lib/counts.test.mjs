import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { agree, countNode, countPlaywright, inWords, sum, timesInWords } from './counts.mjs'
import report from './test-reporter.mjs'

describe('counts', () => {
  it("are those of Node's test runner, with the time of each file", async () => {
    const counts = { passed: 3, failed: 1, cancelled: 1, skipped: 1, todo: 1 }
    const test = (type, nesting, file, duration_ms) => {
      return { type, data: { nesting, file, details: { duration_ms } } }
    }
    const events = [
      test('test:pass', 1, 'one', 4),
      test('test:pass', 0, 'one', 5),
      test('test:fail', 0, 'one', 7),
      test('test:pass', 0, 'two', 2),
      { type: 'test:stdout', data: { file: 'one' } },
      { type: 'test:summary', data: { file: 'one', counts: { passed: 1 } } },
      { type: 'test:summary', data: { counts } },
    ]
    const [text] = await Array.fromAsync(report(events))
    const files = { one: 12, two: 2 }
    assert.deepEqual(countNode(JSON.parse(text)), { passed: 3, failed: 2, skipped: 2, files })
  })

  it('take a flaky end-to-end test for a failed one', () => {
    const stats = { expected: 4, unexpected: 1, flaky: 2, skipped: 3 }
    const spec = (...ms) => ({ tests: [{ results: ms.map((duration) => ({ duration })) }] })
    const suites = [{ file: 'a.spec.ts', specs: [spec(1)], suites: [{ specs: [spec(20, 300)] }] }]
    const files = { 'a.spec.ts': 321 }
    const counts = { passed: 4, failed: 3, skipped: 3, files }
    assert.deepEqual(countPlaywright({ stats, suites }), counts)
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

  it('end with where the time went', () => {
    const files = { 'a.test.ts': 1_234, 'b.test.ts': 20_000, 'c.test.ts': 10 }
    const stages = [
      { name: 'lint', ms: 940 },
      { name: 'unit', ms: 21_000, files },
    ]
    assert.equal(
      timesInWords(stages, 2),
      `The time went to: lint 0.9 s, unit 21.0 s.
The slowest test files, of which some ran side by side:
    20.0 s  b.test.ts
     1.2 s  a.test.ts`,
    )
    assert.equal(timesInWords(stages.slice(0, 1)), 'The time went to: lint 0.9 s.')
  })
})
