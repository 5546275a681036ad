import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { factsOf } from './facts.ts'

describe('The status of an instance that leads', () => {
  it('speaks of one transaction, and of one writer, as of many', () => {
    assert.equal(replication(1, 1, 0), 'the bucket has everything up to transaction 1')
    assert.equal(
      replication(7, 6, 1),
      'the bucket lacks 1 of 7 transactions, for 40 ms at most; it is waited for by 1 writer',
    )
    assert.match(replication(7, 5, 2), /lacks 2 of 7 .* by 2 writers$/)
  })

  it('says which epoch a restore takes, and not that it was restored from there', () => {
    assert.equal(
      shown(1, 1, 0).get('Lease'),
      'nobody holds it; last epoch 1, a restore takes epoch 1',
    )
  })

  it('says how the epoch began', () => {
    assert.equal(
      shown(1, 1, 0).get('Epoch'),
      'continues epoch 1 at transaction 7; the bucket copied 2 files (2.05 kB)',
    )
  })
})

function replication(...counts: [txid: number, replicatedTxid: number, waiting: number]): string {
  return shown(...counts).get('Replication') ?? ''
}

function shown(txid: number, replicatedTxid: number, waiting: number): Map<string, string> {
  const facts = factsOf({
    ...{ state: 'leading', epoch: 1, problem: null },
    replication: {
      beginning: {
        how: 'continued',
        from: { epoch: 1, txid: 7 },
        files: 2,
        bytes: 2_048,
      },
      firstUploadBytes: 400,
      ...{ txid, replicatedTxid, waiting, lagMs: 40, lastDurableAt: null, problem: null },
    },
    instance: { id: 'a', service: 'local', revision: 'local', instance: 'host' },
    lease: { holder: null, epoch: 1, restorable: 1 },
    ...{ copyAgeMs: 0, restoreMs: 3, upMs: 2_000, databaseBytes: 4_096, walBytes: 0 },
    ...{ setAside: [], events: [] },
  })
  return new Map(facts.map(({ name, value }) => [name, value]))
}
