import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Lease, type View } from '../lease/lease.ts'
import { strictClock } from '../server/strict-clock.ts'
import { commandTtlMs, leadershipTiming, leaseTiming } from '../server/timing.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { newestMigration } from '../sqlite/migrate.ts'
import type { Context } from './command.ts'

type Bucket = Pick<Context, 'store' | 'url'>

/** The lease of the bucket, as a command takes it for a service. */
export function leaseFor(
  { store, url }: Bucket,
  service: string,
  command: 'seed' | 'move',
  app: AppSchema,
): Lease {
  const me = { id: randomUUID(), service, revision: command, instance: hostname() }
  return new Lease(store, url, me, {
    timing: leaseTiming(url, commandTtlMs),
    clock: strictClock(),
    migration: newestMigration(app.migrations),
  })
}

export type HoldTiming = {
  /** How often to look whether the lease is free. */
  waitMs: number
  /** How often to look whether it is still ours, and to renew it when that is due. */
  pollMs: number
  /** How long to wait for it. */
  patienceMs: number
}

export function holdTiming({ url }: Bucket, patienceMs: number): HoldTiming {
  return { ...leadershipTiming(url), patienceMs }
}

/** What there was before the lease was taken, and the epoch that it gave out. */
export type Taken = { before: View; epoch: number }

/**
 * Takes the lease for as long as `work` takes.
 *
 * @throws {Error} if it isn't handed over in time
 */
export async function withLease<T>(
  lease: Lease,
  timing: HoldTiming,
  { signal, progress }: Pick<Context, 'signal' | 'progress'>,
  work: (taken: Taken) => Promise<T>,
): Promise<T> {
  const taken = await takeLease(lease, timing, signal, (holder) =>
    progress.say(`${holder} leads: it is asked to hand over.`),
  )
  try {
    return await work(taken)
  } finally {
    await lease.release().catch(() => progress.say('The lease has to run out: it takes 12 s.'))
  }
}

/**
 * Takes the lease, and asks whoever holds it to hand it over.
 *
 * @param onHeld told once, who holds it
 * @throws {Error} if it isn't handed over in time
 */
export async function takeLease(
  lease: Lease,
  { waitMs, patienceMs }: HoldTiming,
  signal: AbortSignal,
  onHeld: (holder: string) => void,
): Promise<Taken> {
  const startMs = performance.now()
  for (let asked = false; ; asked = true) {
    signal.throwIfAborted()
    const attempt = await lease.acquire()
    if (attempt.acquired) return attempt
    const { holder, wantedBy } = attempt.before.lease
    const who = `${holder?.revision} ${holder?.instance}`
    if (performance.now() - startMs > patienceMs) {
      const waited = `${Math.round(patienceMs / 1_000)} s`
      throw new Error(`${who} leads, and did not hand over within ${waited}. Nothing was changed.`)
    }
    if (!asked) onHeld(who)
    if (holder && !wantedBy) await lease.requestHandover()
    await sleep(waitMs, undefined, { signal })
  }
}

/**
 * Keeps the lease while `work` goes on, also when others ask for it.
 *
 * @param work is to end when its signal is aborted, as then the lease is lost
 */
export async function whileKeeping<T>(
  lease: Lease,
  { pollMs }: HoldTiming,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  const lost = new AbortController()
  const keep = async () => {
    while (!ended.signal.aborted) {
      // A store that doesn't answer now may do so before the lease has run out.
      const kept = await lease.renew().catch(() => 'unknown' as const)
      if (kept === 'lost' || !lease.isValid) lost.abort(new LeaseLost())
      await sleep(pollMs, undefined, { signal: ended.signal }).catch(() => {})
    }
  }
  const keeping = keep()
  try {
    return await work(AbortSignal.any([signal, lost.signal]))
  } catch (error) {
    throw lost.signal.aborted ? lost.signal.reason : error
  } finally {
    ended.abort()
    await keeping
  }
}

/** Another took the lease. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease was lost: the bucket did not answer in time. Nothing was changed; try again.')
  }
}
