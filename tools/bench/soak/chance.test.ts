import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Chance } from './chance.ts'

const choices = [
  { name: 'often', weight: 9 },
  { name: 'seldom', weight: 1 },
]

const draw = (seed: number) => {
  const chance = new Chance(seed)
  return Array.from({ length: 1_000 }, () => chance.pick(choices).name)
}

describe('Chance', () => {
  it('decides the same with the same seed, and else with another', () => {
    assert.deepEqual(draw(7), draw(7))
    assert.notDeepEqual(draw(7), draw(8))
  })

  it('picks as often as the weight says', () => {
    const often = draw(7).filter((name) => name === 'often').length
    assert.ok(often > 850 && often < 950, `${often} of 1,000`)
  })
})
