import { randomUUID } from 'node:crypto'
import { firstMissing, ltxFilesIn } from '../litestream/ltx-files.ts'
import { epochName, listEpochs } from '../stores/epochs.ts'
import type { Layout } from '../stores/replica-url.ts'
import type { Store, Stored } from '../stores/store.ts'
import { defaultTiming, isHeldByAge, renewedMsAgo } from './lease.ts'
import { type LeaseObject, leaseName, leaseText, readLease } from './lease-object.ts'

/**
 * Writes a lease that nobody holds: over a damaged one, in the place of a deleted one, or to choose
 * another epoch or service.
 *
 * @param wanted.epoch to restore from now on, 0 for a replica without epochs; null keeps what the
 *   lease says
 * @param wanted.adopted the layout of the replica without epochs, for epoch 0
 * @param wanted.service null keeps it
 * @param wanted.force also where somebody leads
 * @throws {Error} if it isn't clear what to write, the epoch isn't complete, or somebody leads
 */
export async function repair(
  store: Store,
  wanted: {
    epoch: number | null
    adopted?: Layout | undefined
    service: string | null
    force?: boolean
  },
): Promise<void> {
  const { epoch, adopted, service, force = false } = wanted
  const stored = await store.read(leaseName)
  const { lease } = stored ? readLease(stored.body) : { lease: null }
  if (!force) refuseLive(lease, stored)
  const restorable = epoch ?? lease?.restorable
  const owner = service ?? lease?.service
  if (restorable === undefined) throw new Error('Choose the epoch to restore: --epoch N.')
  if (owner === undefined) throw new Error('Name the service that is to use it: --service NAME.')
  if (epoch === 0 && !adopted) throw new Error('There is no replica without epochs.')
  if (restorable > 0 && !(await isWhole(store, restorable))) {
    throw new Error(`${epochName(restorable)} is not complete: it can't be restored.`)
  }
  const epochs = await listEpochs(store)
  const repaired: LeaseObject = {
    version: 1,
    service: owner,
    holder: null,
    // Never one that was given out before: somebody may still write to it.
    epoch: Math.max(lease?.epoch ?? 0, restorable, ...epochs),
    restorable,
    adopted: epoch === 0 ? adopted : lease?.adopted,
    restoredFrom: lease?.restoredFrom ?? 0,
    obsolete: [...(lease?.obsolete ?? []), ...replaced(lease, restorable, stored)],
    // What the lease says of the epoch that was restorable does not hold for what was chosen.
    ...(epoch === null && { reached: lease?.reached, schema: lease?.schema }),
    ttlMs: lease?.ttlMs ?? defaultTiming.ttlMs,
    token: randomUUID(),
  }
  const generation = stored?.generation ?? null
  const { outcome } = await store.write(leaseName, leaseText(repaired), generation)
  if (outcome === 'conflict') throw new Error('Somebody changed the lease meanwhile: look again.')
}

// One that began as a copy which was cut off has a beginning and an end, and lacks what is between them.
async function isWhole(store: Store, epoch: number): Promise<boolean> {
  const files = ltxFilesIn(await store.list(`${epochName(epoch)}/ltx/`))
  return files.length > 0 && firstMissing(files) === null
}

// So that history and restore --at know until when it was the restorable one.
function replaced(
  lease: LeaseObject | null,
  chosen: number,
  stored: Stored | null,
): LeaseObject['obsolete'] {
  if (!lease || !stored || lease.restorable === 0 || lease.restorable === chosen) return []
  return [{ upTo: lease.restorable, since: stored.storeNow, was: lease.restorable }]
}

/** @throws {Error} if somebody leads */
export async function refuseHeld(store: Store): Promise<void> {
  const stored = await store.read(leaseName)
  refuseLive(stored && readLease(stored.body).lease, stored)
}

function refuseLive(lease: LeaseObject | null, stored: Stored | null): void {
  if (!stored || !lease?.holder || !isHeldByAge(lease, stored)) return
  const ageMs = renewedMsAgo(lease, stored)
  const { revision, instance } = lease.holder
  throw new Error(
    `${revision} ${instance} leads: it renewed the lease ${Math.round(ageMs / 1_000)} s ago. Nothing was changed. Stop the service first, or use --force.`,
  )
}
