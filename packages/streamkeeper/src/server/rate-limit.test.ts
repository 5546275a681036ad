import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { RateLimit } from './rate-limit.ts'

function take(limit: RateLimit, times: number, client = 'a') {
  return Array.from({ length: times }, () => limit.take(client))
}

describe('A rate limit', () => {
  it('lets each client do it so often, and then says when to come back', () => {
    const limit = new RateLimit(3, () => 1_000)
    assert.deepEqual(take(limit, 5), [null, null, null, 60, 60])
    assert.deepEqual(take(limit, 1, 'b'), [null])
  })

  it('lets a client do it again when the minute has passed, however often it asked', () => {
    let now = 1_000
    const limit = new RateLimit(3, () => now)
    take(limit, 100)
    now += 45_500
    assert.deepEqual(take(limit, 1), [15])
    now += 14_500
    assert.deepEqual(take(limit, 4), [null, null, null, 60])
  })

  it('keeps no more than its slots, however many clients come', () => {
    const limit = new RateLimit(1, () => 1_000)
    const answers = Array.from({ length: 60_000 }, (_, client) => limit.take(`client ${client}`))
    // Those that find no slot of their own are counted along with another.
    const alone = answers.filter((answer) => answer === null).length
    assert.ok(alone > 15_000 && alone <= 20_000, `${alone}`)
  })
})
