import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { RateLimit } from './rate-limit.ts'

async function take(limit: RateLimit, times: number, client = 'a') {
  const answers: (number | null)[] = []
  for (let time = 0; time < times; time++) answers.push(await limit.take(client))
  return answers
}

function stopTime(test: TestContext) {
  test.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  return test.mock.timers
}

describe('A rate limit', () => {
  it('lets each client do it so often, and then says when to come back', async (test) => {
    stopTime(test)
    const limit = new RateLimit(3)
    assert.deepEqual(await take(limit, 5), [null, null, null, 60, 60])
    assert.deepEqual(await take(limit, 1, 'b'), [null])
  })

  it('lets a client do it again when the minute has passed, however often it asked', async (test) => {
    const time = stopTime(test)
    const limit = new RateLimit(3)
    await take(limit, 100)
    time.tick(45_500)
    assert.deepEqual(await take(limit, 1), [15])
    time.tick(14_500)
    assert.deepEqual(await take(limit, 4), [null, null, null, 60])
  })

  it('keeps no more than its slots, however many clients come', async (test) => {
    const timers = stopTime(test)
    const started = test.mock.method(globalThis, 'setTimeout')
    const limit = new RateLimit(1_000_000)
    for (let client = 0; client < 60_000; client++) await limit.take(`client ${client}`)
    // The library keeps a timer for each key.
    const kept = started.mock.callCount()
    assert.ok(kept > 15_000 && kept <= 20_000, `${kept}`)
    timers.tick(60_000)
  })
})
