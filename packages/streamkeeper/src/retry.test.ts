import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pauseAfter, retry } from './retry.ts'

/** A step that fails so many times. */
function failing(times: number): () => Promise<string> {
  return async () => {
    if (times-- > 0) throw new Error('not yet')
    return 'done'
  }
}

describe('Retrying', () => {
  it('goes on until the step succeeds, and counts the failures', async () => {
    const told: string[] = []
    const again = async (error: unknown, failures: number) => told.push(`${error} ${failures}`)
    assert.equal(await retry(failing(2), again), 'done')
    assert.deepEqual(told, ['Error: not yet 1', 'Error: not yet 2'])
  })

  it('ends where there is to be no other attempt, with what that says', async () => {
    const again = async (_: unknown, failures: number) => {
      if (failures === 3) throw new TypeError('enough')
    }
    await assert.rejects(retry(failing(9), again), TypeError)
  })

  it('pauses for longer after each failure, up to a limit', () => {
    const pauses = [1, 2, 3, 4, 5].map((failures) => pauseAfter(failures, 500, 2_000))
    assert.deepEqual(pauses, [500, 1_000, 2_000, 2_000, 2_000])
  })
})
