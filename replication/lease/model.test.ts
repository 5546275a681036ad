import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Lease } from './lease.ts'
import type { Rules } from './model/instance.ts'
import { histories, live } from './model/model.ts'

const runs = Number(process.env.MODEL_RUNS ?? 60)

describe('Instances that freeze, crash, lose the bucket, and want the lease', () => {
  it('keep what was acknowledged, one acknowledging at a time, and lead again', async () => {
    let leaderships = 0
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const lived = await live(history, Lease)
        leaderships += lived.leaderships
        assert.deepEqual(lived.violations, [])
      }),
      { numRuns: runs },
    )
    // Or the model would prove nothing.
    assert.ok(leaderships > runs * 3, `${leaderships} leaderships in ${runs} histories`)
  })
})

describe('A server is found out', () => {
  const mutants: Record<string, Partial<Rules>> = {
    'that acknowledges before the bucket has it': { syncBeforeAcknowledging: false },
    'that looks at its lease only before the upload': { checkLeaseAfterSync: false },
    'that releases the lease before its last upload': { syncBeforeRelease: false },
    'that restores before it has the lease': { restoreAfterAcquiring: false },
  }
  for (const [what, rules] of Object.entries(mutants)) {
    it(what, async () => {
      const property = fc.asyncProperty(histories, async (history) => {
        assert.deepEqual((await live(history, Lease, rules)).violations, [])
      })
      const { failed } = await fc.check(property, { numRuns: 1_500, endOnFailure: true })
      assert.ok(failed, 'no history was found in which it does harm')
    })
  }
})

type Options = NonNullable<ConstructorParameters<typeof Lease>[3]>

/** The lease, with other options than it was to have. */
function leaseWith(change: (options: Options) => Options): typeof Lease {
  return class extends Lease {
    constructor(...[store, url, me, options]: ConstructorParameters<typeof Lease>) {
      super(store, url, me, change(options ?? {}))
    }
  }
}

describe('A lease is found out', () => {
  const mutants: Record<string, typeof Lease> = {
    'that waits by the clock by which it is held': leaseWith(({ clock = () => 0, ...options }) => {
      return { ...options, clock, waitClock: clock }
    }),
    'that is held by the clock by which it is waited for': leaseWith(
      ({ waitClock = () => 0, ...options }) => ({ ...options, waitClock, clock: waitClock }),
    ),
  }
  for (const [what, lease] of Object.entries(mutants)) {
    it(what, async () => {
      const property = fc.asyncProperty(histories, async (history) => {
        assert.deepEqual((await live(history, lease)).violations, [])
      })
      const { failed } = await fc.check(property, { numRuns: 1_500, endOnFailure: true })
      assert.ok(failed, 'no history was found in which it does harm')
    })
  }
})
