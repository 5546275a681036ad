import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ReplicationProblem } from '../stores/problem.ts'
import { Reopening } from './reopening.ts'

function scene() {
  let [now, reopened] = [0, 0]
  const reopening = new Reopening(
    async () => {
      reopened++
    },
    () => now,
  )
  return {
    reopening,
    /** A sync that begins and fails at `ms`. */
    failAt: async (ms: number, code: ReplicationProblem['code'] = 'bucket-unreachable') => {
      now = ms
      reopening.fail(new ReplicationProblem(code, 'gs://b', 'words'), ms)
      await reopening.over
      return reopened
    },
    reopened: () => reopened,
  }
}

describe('A database whose syncs fail', () => {
  it('is reopened once they have failed for 4 s, and then after ever longer waits', async () => {
    const { failAt } = scene()
    const at = [0, 3_999, 4_000, 7_999, 8_000, 15_999, 16_000]
    const reopened: number[] = []
    for (const ms of at) reopened.push(await failAt(ms))
    assert.deepEqual(reopened, [0, 0, 1, 1, 2, 2, 3])
  })

  it('is reopened at once where Litestream does not know it', async () => {
    const { failAt } = scene()
    assert.equal(await failAt(0, 'not-registered'), 1)
  })

  it('is not reopened for what began before the last reopening', async () => {
    const { reopening, failAt, reopened } = scene()
    assert.equal(await failAt(0, 'not-registered'), 1)
    assert.equal(await failAt(5_000), 2)
    reopening.fail(new ReplicationProblem('not-registered', 'gs://b', 'words'), 4_999)
    await reopening.over
    assert.equal(reopened(), 2)
  })

  it('is left to the next leadership once replication has stopped', async () => {
    const { reopening, failAt, reopened } = scene()
    await failAt(0)
    reopening.stop()
    assert.equal(await failAt(9_000, 'not-registered'), 0)
    reopening.revive(() => Promise.reject(new Error('It hangs.')))
    await reopening.over
    assert.equal(reopened(), 0)
  })
})
