import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { strictClock } from './strict-clock.ts'

describe('The strict clock', () => {
  const scene = () => {
    const time = { monotonic: 5, wall: 1_000_000 }
    const clock = strictClock(
      () => time.monotonic,
      () => time.wall,
    )
    return { time, clock }
  }

  it('advances when both clocks do, by the larger step', () => {
    const { time, clock } = scene()
    time.monotonic += 100
    time.wall += 101
    assert.equal(clock(), 101)
  })

  it('is never faster than the faster of both, however often it is asked', () => {
    const step = fc.record({
      us: fc.integer({ min: 0, max: 900 }),
      // What a wall clock is off by when it is told in whole milliseconds.
      offUs: fc.integer({ min: 0, max: 1_000 }),
    })
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 2_000, size: 'max' }), (steps) => {
        const { time, clock } = scene()
        let passedMs = 0
        for (const { us, offUs } of steps) {
          passedMs += us / 1_000
          time.monotonic = 5 + passedMs
          time.wall = 1_000_000 + passedMs - offUs / 1_000
          clock()
        }
        const off = clock() - passedMs
        return off > -0.001 && off < 1.001
      }),
    )
  })

  it('never goes back', () => {
    const step = fc.record({
      monotonic: fc.integer({ min: 0, max: 1_000 }),
      wall: fc.integer({ min: -10_000, max: 10_000 }),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { time, clock } = scene()
        let last = 0
        return steps.every((step) => {
          time.monotonic += step.monotonic
          time.wall += step.wall
          const now = clock()
          const isFine = now >= last + step.monotonic - 0.001
          last = now
          return isFine
        })
      }),
    )
  })

  it('notices that the machine was suspended after the wall clock was set back', () => {
    const { time, clock } = scene()
    time.wall -= 3_600_000
    clock()
    time.wall += 20_000
    assert.equal(clock(), 20_000)
  })

  it('advances while the machine was suspended and only the wall clock did', () => {
    const { time, clock } = scene()
    time.wall += 60_000
    assert.equal(clock(), 60_000)
  })

  it('advances when somebody sets the wall clock back', () => {
    const { time, clock } = scene()
    time.wall -= 3_600_000
    time.monotonic += 100
    assert.equal(clock(), 100)
    time.wall += 50
    time.monotonic += 50
    assert.equal(clock(), 150)
  })
})
