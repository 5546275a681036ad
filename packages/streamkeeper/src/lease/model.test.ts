import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type History, histories, live } from './test-support/model.ts'
import type { Rules } from './test-support/rules.ts'

const runs = Number(process.env.MODEL_RUNS ?? 60)
// Most of what a mutant does is harmless where all is fast.
const harsh = fc.oneof(
  histories,
  histories.map((history) => ({ ...history, mostMs: 8_000 as const })),
)

describe('Instances that freeze, crash, lose the bucket, and want the lease', () => {
  it('keep what was acknowledged, one acknowledging at a time, and lead again', async () => {
    let [leaderships, continued] = [0, 0]
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const lived = await live(history)
        leaderships += lived.leaderships
        continued += lived.continued
        assert.deepEqual(lived.violations, [])
      }),
      { numRuns: runs },
    )
    // Or the model would prove nothing.
    assert.ok(leaderships > runs * 3, `${leaderships} leaderships in ${runs} histories`)
    assert.ok(continued > runs * 2, `${continued} leaderships continued an epoch`)
  })
})

/**
 * Of the rules whose breach seldom does harm, a history in which it does: it is tried first, and others
 * only where the model has changed so much that it does none any more.
 */
const harmful: Partial<Record<keyof Rules, History>> = {
  checkLeaseAfterSync: {
    ...{ seed: 1070232601, lossiness: 0, mostMs: 8_000, skewMs: 1_000 },
    troubles: [
      { at: 12_898, what: 'start', whom: 0, forMs: 14_551 },
      { at: 32_714, what: 'start', whom: 0, forMs: 8_551 },
      { at: 2_256, what: 'kill', whom: 3, forMs: 1_757 },
      { at: 1_767, what: 'outage', whom: 2, forMs: 27_184 },
      { at: 31_947, what: 'outage', whom: 2, forMs: 2_830 },
      { at: 21_952, what: 'kill', whom: 3, forMs: 5_825 },
      { at: 21_360, what: 'start', whom: 0, forMs: 23_572 },
    ],
  },
  unsyncedIsNoBase: {
    ...{ seed: 2147483632, lossiness: 0, mostMs: 1_000, skewMs: 0 },
    troubles: [
      { at: 4_639, what: 'outage', whom: 1, forMs: 26_031 },
      { at: 27_702, what: 'start', whom: 3, forMs: 23_659 },
      { at: 15_581, what: 'freeze', whom: 0, forMs: 3_407 },
      { at: 513, what: 'freeze', whom: 0, forMs: 19_465 },
      { at: 20_252, what: 'freeze', whom: 0, forMs: 3_762 },
    ],
  },
  copyBeforeWriting: {
    ...{ seed: -14, lossiness: 0.2, mostMs: 8_000, skewMs: 1_000 },
    troubles: [
      { at: 30_602, what: 'freeze', whom: 3, forMs: 5_453 },
      { at: 49_366, what: 'outage', whom: 0, forMs: 6_999 },
      { at: 29_501, what: 'freeze', whom: 2, forMs: 20_077 },
    ],
  },
}

describe('A server is found out', () => {
  const mutants: Record<string, Partial<Rules>> = {
    'that acknowledges before the bucket has it': { syncBeforeAcknowledging: false },
    'that looks at its lease only before the upload': { checkLeaseAfterSync: false },
    'that takes a lease that has run out for renewed': { checkLeaseAfterRenewal: false },
    'that releases the lease before its last upload': { syncBeforeRelease: false },
    'that takes note of what the bucket has before it holds the lease': {
      listAfterAcquiring: false,
    },
    'that begins an epoch with a copy that lacks its last object': { copyWhole: false },
    'that makes an epoch restorable before its copy is complete': { restorableAfterCopy: false },
    'that continues from a file at another transaction than the copy': { bringFileToCopy: false },
    'that takes a file for a state that was left behind': { checkLineage: false },
    'that continues from a file with writes that never reached the bucket': {
      unsyncedIsNoBase: false,
    },
    'that resumes a copy where it has written already': { copyBeforeWriting: false },
  }
  for (const [what, rules] of Object.entries(mutants)) {
    it(what, async () => {
      const property = fc.asyncProperty(harsh, async (history) => {
        assert.deepEqual((await live(history, rules)).violations, [])
      })
      const known = Object.keys(rules).flatMap((rule) => harmful[rule as keyof Rules] ?? [])
      const examples = known.map((history): [History] => [history])
      const options = { numRuns: 1_500, endOnFailure: true, examples }
      const { failed } = await fc.check(property, options)
      assert.ok(failed, 'no history was found in which it does harm')
    })
  }
})
