import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { retryConflicts } from './retry-conflicts.ts'

const refused = (code: string) =>
  new Error('Query', { cause: Object.assign(new Error(), { code }) })

function scene(test: TestContext, failures: number, code: string) {
  test.mock.method(Math, 'random', () => 1)
  const pauses: number[] = []
  let runs = 0
  const run = async () => {
    if (++runs <= failures) throw refused(code)
    return runs
  }
  const pause = async (ms: number) => pauses.push(ms)
  return { pauses, result: retryConflicts(run, undefined, pause), runs: () => runs }
}

describe('A transaction that meets another', () => {
  for (const code of ['40001', '40P01']) {
    it(`is run again after ${code}, later each time`, async (test) => {
      const { result, pauses } = scene(test, 3, code)
      assert.equal(await result, 4)
      assert.deepEqual(pauses, [10, 20, 40])
    })
  }

  it('is given up after ten times', async (test) => {
    const { result, runs } = scene(test, 99, '40001')
    await assert.rejects(result, /Query/)
    assert.equal(runs(), 10)
  })

  it('is not run again where it may have been done', async (test) => {
    const { result, runs } = scene(test, 1, '08006')
    await assert.rejects(result, /Query/)
    assert.equal(runs(), 1)
  })
})
