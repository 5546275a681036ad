import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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
