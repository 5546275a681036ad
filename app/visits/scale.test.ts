import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lastDays } from '../../db/visits.ts'
import { scaleTo, sinceFirstVisit } from './scale.ts'

describe('The scale of the chart', () => {
  for (const [most, scale] of [
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [5, [0, 2, 4, 6]],
    [31, [0, 10, 20, 30, 40]],
    [200, [0, 50, 100, 150, 200]],
    [201, [0, 100, 200, 300]],
    [12_345, [0, 5_000, 10_000, 15_000]],
  ] as const) {
    it(`goes up to ${most} in round numbers`, () => {
      assert.deepEqual(scaleTo(most), scale)
    })
  }

  it('has few steps, and room for the highest bar, at any height', () => {
    for (let most = 1; most < 5_000; most++) {
      const scale = scaleTo(most)
      assert.ok(scale.length >= 2 && scale.length <= 5, String(most))
      assert.ok(Number(scale.at(-1)) >= most, String(most))
    }
  })
})

describe('The days of the chart', () => {
  const now = new Date('2026-11-25T12:00:00Z')
  const days = (...rows: { day: string; total: number }[]) => lastDays(rows, { days: 30, now })

  it('begin at the first visit', () => {
    const shown = sinceFirstVisit(days({ day: '2026-11-10', total: 3 }), 3)
    assert.deepEqual([shown.length, shown[0]], [16, { day: '2026-11-10', visits: 3 }])
  })

  it('are a week for a new server', () => {
    const shown = sinceFirstVisit(days({ day: '2026-11-25', total: 1 }), 1)
    assert.deepEqual([shown.length, shown[0]?.day], [7, '2026-11-19'])
    assert.equal(sinceFirstVisit(days(), 0).length, 7)
  })

  it('are all of them where there were visits before', () => {
    assert.equal(sinceFirstVisit(days({ day: '2026-11-24', total: 1 }), 2).length, 30)
  })
})
