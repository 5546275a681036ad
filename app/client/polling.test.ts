import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { newPolling, Refused } from './polling.ts'

/** A page that asks every 5 s, in virtual time. */
function scene(answer: (signal: AbortSignal) => Promise<void> = async () => {}) {
  const set: { call: () => void; ms: number }[] = []
  let [asked, hidden] = [0, false]
  const polling = newPolling(
    (signal) => {
      asked++
      return answer(signal)
    },
    {
      everyMs: 5_000,
      isHidden: () => hidden,
      random: () => 0.5,
      timers: {
        set(call, ms) {
          const timer = { call, ms }
          set.push(timer)
          return timer
        },
        clear(timer) {
          const index = set.indexOf(timer as (typeof set)[number])
          if (index >= 0) set.splice(index, 1)
        },
      },
    },
  )
  return {
    polling,
    asked: () => asked,
    waits: () => set.map(({ ms }) => ms),
    /** Has the time pass, until the answer is there. */
    pass: async () => {
      set.shift()?.call()
      await new Promise(setImmediate)
    },
    show: (seen: boolean) => {
      hidden = !seen
      polling.now()
    },
  }
}

const refusal = (headers: Record<string, string> = {}) =>
  new Refused({ status: 503, headers: new Headers(headers) })

describe('A page that asks what is new', () => {
  it('asks again and again, one question at a time', async () => {
    const { polling, pass, asked, waits } = scene()
    polling.start(1_000)
    assert.deepEqual(waits(), [1_000])
    await pass()
    await pass()
    assert.equal(asked(), 2)
    assert.deepEqual(waits(), [5_000])
  })

  it('asks nothing while it is hidden, and at once when it is shown', async () => {
    const { polling, pass, asked, waits, show } = scene()
    polling.start(1_000)
    show(false)
    assert.deepEqual(waits(), [])
    show(true)
    assert.deepEqual(waits(), [0])
    await pass()
    assert.equal(asked(), 1)
  })

  it('gives up a question that is under way when it is hidden', async () => {
    let given: AbortSignal | undefined
    const { polling, pass, waits, show } = scene((signal) => {
      given = signal
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      )
    })
    polling.start(0)
    await pass()
    show(false)
    assert.ok(given?.aborted)
    await new Promise(setImmediate)
    assert.deepEqual(waits(), [])
  })

  it('asks at once when it is shown again, whatever becomes of the question before', async () => {
    const { polling, pass, waits, show } = scene(
      (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    )
    polling.start(0)
    await pass()
    show(true)
    await new Promise(setImmediate)
    assert.deepEqual(waits(), [0])
  })

  it('gives up a question that is not answered in time, and asks again', async () => {
    let given: AbortSignal | undefined
    const { polling, pass, waits } = scene((signal) => {
      given = signal
      return new Promise((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason)),
      )
    })
    polling.start(0)
    await pass()
    assert.deepEqual(waits(), [10_000])
    await pass()
    assert.ok(given?.aborted)
    assert.deepEqual(waits(), [5_000])
  })

  it('asks less and less often while that fails, and as before when it is answered again', async () => {
    let fails = true
    const { polling, pass, waits } = scene(async () => {
      if (fails) throw new Error('There is no connection.')
    })
    polling.start(0)
    const waited: number[] = []
    for (let time = 0; time < 6; time++) {
      await pass()
      waited.push(...waits())
    }
    assert.deepEqual(waited, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000])
    fails = false
    await pass()
    assert.deepEqual(waits(), [5_000])
  })

  it('comes back when the server wants it to', async () => {
    const { polling, pass, waits } = scene(async () => {
      throw refusal({ 'retry-after': '30' })
    })
    polling.start(0)
    await pass()
    assert.deepEqual(waits(), [30_000])
  })

  it('never comes back before its time, whatever the server says', async () => {
    for (const value of ['0', '-1', 'soon']) {
      const { polling, pass, waits } = scene(async () => {
        throw refusal({ 'retry-after': value })
      })
      polling.start(0)
      await pass()
      assert.deepEqual(waits(), [5_000])
    }
  })

  it('asks nothing while it is paused, also when it is shown, and goes on at once', async () => {
    const { polling, waits, show } = scene()
    polling.start(1_000)
    polling.setPaused(true)
    show(false)
    show(true)
    assert.deepEqual(waits(), [])
    polling.setPaused(false)
    assert.deepEqual(waits(), [0])
  })
})
