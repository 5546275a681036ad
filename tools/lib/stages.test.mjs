import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { groups, inAdvance, stages } from './stages.mjs'

describe('The tests', () => {
  it('say before they begin what they will take', () => {
    const all = Object.keys(stages).filter((name) => !stages[name].isOptional)
    assert.match(inAdvance(all), /about 18 minutes .+Docker or podman/s)
    assert.match(inAdvance(['unit']), /^Tests: unit\. They take about 5 minutes .+PostgreSQL/s)
    assert.equal(
      inAdvance(['lint', 'types']),
      'Tests: lint, types. They take less than a minute on 2 cores.',
    )
  })

  it('run each stage once', () => {
    assert.deepEqual(groups.flat().toSorted(), Object.keys(stages).toSorted())
  })
})
