import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { leaseTiming } from '../server/timing.ts'
import { parseReplicaUrl } from '../stores/replica-url.ts'
import { defaultTiming } from './lease.ts'
import { hasRunOut } from './run-out.ts'

const ttlMs = fc.constantFrom(1_000, defaultTiming.ttlMs, 60_000)
// What one machine's clock shows while a second passes: chrony slews by a twelfth at most.
const rate = fc.double({ min: 11 / 12, max: 13 / 12, noNaN: true })

/** A renewal, and a look at it later; all in milliseconds that really pass, since it was sent. */
const moments = fc.record({
  ttlMs,
  holder: rate,
  waiter: rate,
  store: rate,
  // When the store's clock was last at a whole second.
  phaseMs: fc.integer({ min: 0, max: 999 }),
  // What the machine that tells the time now is ahead of the one that told that of the renewal.
  skewMs: fc.integer({ min: -1_000, max: 1_000 }),
  arrivedMs: fc.integer({ min: 0, max: 5_000 }),
  seenMs: fc.integer({ min: 0, max: 5_000 }),
  lookedMs: fc.integer({ min: 0, max: 90_000 }),
})

type Moments = typeof moments extends fc.Arbitrary<infer T> ? T : never

const inSeconds = (ms: number) => Math.floor(ms / 1_000) * 1_000

/** @returns whether the holder goes by its lease although somebody may take it */
function isTwice(
  { ttlMs, holder, waiter, store, phaseMs, skewMs, arrivedMs, seenMs, lookedMs }: Moments,
  storeClockMs = defaultTiming.storeClockMs,
): boolean {
  const firstMs = arrivedMs + seenMs
  const nowMs = firstMs + lookedMs
  const updatedAt = inSeconds(phaseMs + arrivedMs * store)
  const storeNow = inSeconds(phaseMs + nowMs * store + skewMs)
  const unchangedMs = lookedMs * waiter
  const may = hasRunOut({ ttlMs, ageMs: storeNow - updatedAt, storeClockMs, unchangedMs })
  return may && nowMs * holder < ttlMs
}

describe('The times of a lease', () => {
  it('leave it to its holder until that one knows that it has run out, whatever the clocks do', () => {
    fc.assert(
      fc.property(moments, (moments) => !isTwice(moments)),
      { numRuns: 20_000 },
    )
  })

  it('would not without what they allow for clocks', () => {
    const shorter = fc.check(
      fc.property(moments, (moments) => !isTwice({ ...moments, waiter: moments.waiter * 1.2 })),
      { numRuns: 20_000 },
    )
    const exact = fc.check(
      fc.property(moments, (moments) => !isTwice(moments, 0)),
      { numRuns: 20_000 },
    )
    assert.ok(shorter.failed && exact.failed)
  })

  // Earlier releases stopped a margin before what they noted, and waited for one after it.
  for (const [what, url, marginMs] of [
    ['in Cloud Storage', 'gs://visits/app', 2_000],
    ['in a folder', 'file:///visits', 500],
  ] as const) {
    it(`leave enough to an older release that waits for this one ${what}`, () => {
      const timing = leaseTiming(parseReplicaUrl(url), null)
      const resolutionMs = url === 'gs://visits/app' ? 1_000 : 0
      const waitsMs = timing.ttlMs + marginMs - resolutionMs
      assert.ok(waitsMs >= (timing.ttlMs * 13) / 11)
    })
  }

  it('leave enough to an older release that leads: it stops before what it has noted', () => {
    const before = { ttlMs: 12_000, storeClockMs: defaultTiming.storeClockMs }
    assert.ok(!hasRunOut({ ...before, ageMs: 14_000, unchangedMs: 14_000 }))
    assert.ok(hasRunOut({ ...before, ageMs: 14_000, unchangedMs: 14_401 }))
  })
})
