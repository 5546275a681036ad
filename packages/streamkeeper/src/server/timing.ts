import { defaultTiming, type Timing } from '../lease/lease.ts'
import { isS3, type ReplicaUrl } from '../stores/replica-url.ts'

/** All in milliseconds. */
export type LeadershipTiming = ReturnType<typeof leadershipTiming>

/**
 * A folder answers in less than a millisecond, and who restarts the app on it waits for the lease.
 *
 * @param ttlMs null for the default
 */
export function leaseTiming(base: ReplicaUrl, ttlMs: number | null): Timing {
  if (isFolder(base)) return { ttlMs: 2_500, renewMs: 750, storeClockMs: 500 }
  const timing = isS3(base) ? { ...defaultTiming, storeClockMs: s3ClockMs } : defaultTiming
  if (ttlMs === null) return timing
  return { ...timing, ttlMs, renewMs: Math.max(timing.renewMs, ttlMs / 4) }
}

// Beside the seconds that are cut off: the machines of a store of one's own tell times that differ.
const s3ClockMs = 5_000

/** Commands do not crash in the middle of a night: theirs outlasts a bucket that is away for some seconds. */
export const commandTtlMs = 10_000

/** Cloud Storage takes one write a second to an object; reading it is ten times cheaper. */
export function leadershipTiming(base: ReplicaUrl) {
  return {
    /** How often the leader looks whether somebody wants the lease, while somebody writes. */
    pollMs: isFolder(base) ? 100 : 200,
    idlePollMs: isFolder(base) ? 100 : 1_000,
    /** How often who waits for the lease looks. */
    waitMs: isFolder(base) ? 50 : 100,
    /** How long who wants the lease goes on waiting. */
    patienceMs: 30_000,
    /** How long who was handed the lease keeps it, so that two don't swap it all the time. */
    minimumHoldMs: 10_000,
    /** How long who gave the lease away because another wanted it leaves it to them. */
    yieldMs: isFolder(base) ? 250 : 1_000,
    retentionMs: 24 * 3_600_000,
    /** How long Litestream may take to close the file while the bucket answers. */
    closeMs: 5_000,
    /** After a first failure to lead; it doubles with each further one, up to sixteen times as long. */
    pauseMs: 250,
  }
}

function isFolder(base: ReplicaUrl): boolean {
  return base.startsWith('file://')
}
