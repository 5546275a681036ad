import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { News } from './news.ts'

const minute = 60_000

describe('A refusal that comes again and again', () => {
  it('is news once, when it changes, after ten minutes, and when it comes back', () => {
    let now = 0
    const news = new News(() => now)
    const told: [number, string][] = []
    const hear = (at: number, what: string) => {
      now = at
      if (news.isNew(what)) told.push([at / minute, what])
    }
    for (let at = 0; at < 25 * minute; at += 2_000) hear(at, 'unreachable')
    hear(25 * minute, 'refused')
    hear(26 * minute, 'unreachable')
    news.end()
    hear(27 * minute, 'unreachable')
    assert.deepEqual(told, [
      [0, 'unreachable'],
      [10, 'unreachable'],
      [20, 'unreachable'],
      [25, 'refused'],
      [26, 'unreachable'],
      [27, 'unreachable'],
    ])
  })
})
