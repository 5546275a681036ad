import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { retry } from './retry.ts'

class Passing extends Error {}

describe('Retrying', () => {
  it('goes on, with pauses that stay short, until the step succeeds', async () => {
    const pauses: number[] = []
    let failures = 5
    const result = await retry(
      async () => {
        if (failures-- > 0) throw new Passing()
        return 'done'
      },
      Passing,
      {
        signal: new AbortController().signal,
        pause: async (ms) => void pauses.push(ms),
        onFailure: () => {},
      },
    )
    assert.equal(result, 'done')
    assert.deepEqual(pauses, [500, 1000, 2000, 2000, 2000])
  })

  it('ends at an error that will not pass', async () => {
    const signal = new AbortController().signal
    const step = () => Promise.reject(new TypeError('a mistake'))
    await assert.rejects(retry(step, Passing, { signal, onFailure: () => {} }), TypeError)
  })

  it('ends while it pauses when the process is to stop', async () => {
    const controller = new AbortController()
    const step = () => Promise.reject(new Passing())
    const onFailure = () => controller.abort(new Error('stopped'))
    await assert.rejects(retry(step, Passing, { signal: controller.signal, onFailure }), {
      name: 'AbortError',
    })
  })
})
