import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { Lease } from '../lease/lease.ts'
import { leaseName, parseLease } from '../lease/lease-object.ts'
import { type Context, WrongArguments } from '../operations/command.ts'
import type { HoldTiming } from '../operations/hold-lease.ts'
import { strictClock } from '../server/strict-clock.ts'
import { commandTtlMs, leadershipTiming, leaseTiming } from '../server/timing.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { newestMigration } from '../sqlite/migrate.ts'

/**
 * The lease of the bucket, as this command takes it: for the service that uses the bucket.
 *
 * @param service null to find it in the bucket
 * @throws {WrongArguments} if it isn't known
 */
export async function leaseOf(
  { store, url }: Pick<Context, 'store' | 'url'>,
  service: string | null,
  app: AppSchema,
): Promise<Lease> {
  const stored = await store.read(leaseName)
  const theirs = stored ? parseLease(stored.body, null, url).service : null
  const name = service ?? theirs ?? (url.startsWith('file://') ? 'local' : null)
  if (!name) {
    throw new WrongArguments('--service is missing: name the Cloud Run service of the bucket.')
  }
  const me = { id: randomUUID(), service: name, revision: 'move', instance: hostname() }
  return new Lease(store, url, me, {
    timing: leaseTiming(url, commandTtlMs),
    clock: strictClock(),
    migration: newestMigration(app.migrations),
  })
}

/** @param patienceMs how long to wait until a running app hands the lease over */
export function holdTiming({ url }: Pick<Context, 'url'>, patienceMs: number): HoldTiming {
  return { ...leadershipTiming(url), patienceMs }
}
