import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { factsOf } from './facts.ts'

describe('The status before there is data', () => {
  it('speaks of no copy, restore or epoch', () => {
    const facts = factsOf({
      ...{ state: 'following', epoch: null, problem: null, replication: null },
      instance: { id: 'a', service: 'local', revision: 'local', instance: 'host' },
      lease: { holder: null, epoch: 0, restorable: 0 },
      ...{ copyAgeMs: 1_000, restoreMs: 3, upMs: 2_000, databaseBytes: 0, walBytes: 0 },
      ...{ setAside: [], events: [] },
    })
    const shown = new Map(facts.map(({ name, value }) => [name, value]))
    assert.equal(shown.get('Lease'), 'nobody holds it; there is no epoch yet')
    assert.match(shown.get('Database') ?? '', /there is none yet: the first request that writes/)
    assert.deepEqual([shown.has('Last restore'), shown.has('This copy')], [false, false])
  })
})
