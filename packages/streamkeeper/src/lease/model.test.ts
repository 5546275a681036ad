import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Lease } from './lease.ts'
import { histories, live } from './test-support/model.ts'
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
        const lived = await live(history, Lease)
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

describe('A server is found out', () => {
  const mutants: Record<string, Partial<Rules>> = {
    'that acknowledges before the bucket has it': { syncBeforeAcknowledging: false },
    'that looks at its lease only before the upload': { checkLeaseAfterSync: false },
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
        assert.deepEqual((await live(history, Lease, rules)).violations, [])
      })
      const { failed } = await fc.check(property, { numRuns: 1_500, endOnFailure: true })
      assert.ok(failed, 'no history was found in which it does harm')
    })
  }
})
