import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Replicated } from 'streamkeeper'
import { later, replicatedInWords } from './replicated.ts'

const well: Replicated = {
  ...{ role: 'writer', state: 'ok', durableAgoMs: 400, missing: 0, waiting: 0 },
  ...{ epoch: 3, txid: 1234, why: null },
}

describe('The line of replication', () => {
  it('says what is in the bucket, with epoch and transaction', () => {
    assert.equal(
      replicatedInWords(well),
      'Everything up to 0.4 s ago is in the bucket · epoch 3 · transaction 1,234',
    )
  })

  it('never says that the bucket has more than it has', () => {
    for (const [ms, words] of [
      [0, '0.0 s'],
      [401, '0.5 s'],
      [9_899, '9.9 s'],
      [10_001, '11 s'],
      [99_999, '100 s'],
      [120_001, '3 min'],
      [7_200_001, '3 h'],
    ] as const) {
      const said = replicatedInWords({ ...well, durableAgoMs: ms })
      assert.match(said, new RegExp(`up to ${words.replace('.', '\\.')} ago`))
    }
  })

  it('stays true on a page that was kept', () => {
    assert.match(replicatedInWords(later(well, 1_000)), /up to 1\.4 s ago/)
  })

  it('says first that it is not in the bucket, and why', () => {
    const down = { ...well, state: 'down', why: 'The bucket does not answer.' } as const
    assert.equal(
      replicatedInWords({ ...down, durableAgoMs: 23_000, txid: null }),
      'Not in the bucket. The bucket does not answer. It has everything up to 23 s ago · epoch 3',
    )
  })

  it('says of what is only on its way no more than that', () => {
    const late = replicatedInWords({ ...well, state: 'late', durableAgoMs: 4_200 })
    assert.match(late, /^On its way: the bucket has everything up to 4\.2 s ago/)
  })

  it('says how old a copy is at most', () => {
    for (const role of ['follower', 'reader'] as const) {
      const said = replicatedInWords({ ...well, role, durableAgoMs: 2_980 })
      assert.match(said, /^A copy of the bucket, at most 3\.0 s old · epoch 3/)
    }
  })

  it('promises nothing of a bucket where there is none', () => {
    const postgres = { ...well, role: 'postgres', epoch: null, txid: null } as const
    const facts = later({ ...postgres, durableAgoMs: null }, 1_000)
    assert.equal(replicatedInWords(facts), 'Kept in PostgreSQL')
  })
})
