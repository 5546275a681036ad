import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'

const units = { s: 1, m: 60, h: 3_600 }
const seconds = z
  .string()
  .regex(/^\d+[smh]$/)
  .transform((text) => Number.parseInt(text, 10) * units[text.slice(-1) as keyof typeof units])
const settings = z.object({
  levels: z.array(z.object({ interval: seconds })),
  snapshot: z.object({ interval: seconds, retention: seconds }),
  'l0-retention': seconds,
})
const file = join(import.meta.dirname, '../../../../litestream.yml')
const { levels, snapshot, ...others } = settings.parse(parse(readFileSync(file, 'utf8')))
const intervals = [...levels.map(({ interval }) => interval), snapshot.interval]

/**
 * How many objects a restore reads at most, at so many uploads a second all the time, each compaction of
 * which takes `takesS`: those of one moment begin together, so that none sees what another makes.
 */
function mostRead(perSecond: number, takesS: number, hours: number): number {
  // Of each level, the newest transaction of each file that no higher one holds.
  const files = [[], ...intervals.map(() => [])] as number[][]
  let most = 0
  let uploaded = 0
  const end = hours * 3_600
  for (let second = 0; second < end; second++) {
    const before = files.map((level) => level.at(-1) ?? 0)
    const due = intervals.map((interval) => second >= takesS && (second - takesS) % interval === 0)
    // The snapshot is of the database itself.
    const seen = [...before.slice(0, -2), uploaded - perSecond * takesS]
    due.forEach((isDue, index) => {
      const source = index === 0 ? Math.max(0, uploaded - perSecond * takesS) : (seen[index] ?? 0)
      if (isDue && source > (before[index + 1] ?? 0)) files[index + 1]?.push(source)
    })
    let held = 0
    for (let level = files.length - 1; level >= 0; level--) {
      const last = files[level]?.at(-1) ?? 0
      files[level] = (files[level] ?? []).filter((max) => max > held)
      held = Math.max(held, last)
    }
    for (let count = 0; count < perSecond; count++) files[0]?.push(++uploaded)
    most = Math.max(most, files.flat().length)
  }
  return most
}

describe('The levels of compaction', () => {
  it('leave a restore at most 100 objects to read, whenever, at 10 uploads a second', () => {
    assert.ok(mostRead(10, 1, 13) <= 100)
  })

  it('keep a snapshot that is at least a day old', () => {
    assert.ok(snapshot.retention >= 24 * 3_600 + snapshot.interval)
  })

  it('keep single uploads for longer than readers need to look for them', () => {
    assert.ok(others['l0-retention'] >= 5 * 60)
  })
})
