import { randomUUID } from 'node:crypto'
import type { Store } from '../store/store.ts'
import { epochName, hasBeginning, listEpochs } from './epochs.ts'
import { defaultTiming } from './lease.ts'
import { type LeaseObject, leaseName, readLease } from './lease-object.ts'

/** What is below a replica URL, for the operator. */
export type Inspection = {
  lease: LeaseObject | null
  /** Why the lease can't be read, if so. */
  damage: string | null
  /** Since the last renewal, by the store's clock. */
  ageMs: number | null
  epochs: number[]
  words: string
}

/** Looks at the lease and the epochs, and changes nothing. */
export async function inspect(store: Store): Promise<Inspection> {
  const [stored, epochs] = await Promise.all([store.read(leaseName), listEpochs(store)])
  const { lease, damage } = stored ? readLease(stored.body) : { lease: null, damage: null }
  const ageMs = stored ? stored.storeNow - (lease?.renewedAt ?? stored.updatedAt) : null
  const facts = { lease, damage, ageMs, epochs }
  return { ...facts, words: inWords(facts) }
}

/**
 * Writes a lease that nobody holds: over a damaged one, in the place of a deleted one, or to choose
 * another epoch or service.
 *
 * @param epoch to restore from now on; null keeps what the lease says
 * @param service null keeps it
 * @throws {Error} if it isn't clear what to write, or the epoch isn't complete
 */
export async function repair(
  store: Store,
  { epoch, service }: { epoch: number | null; service: string | null },
): Promise<void> {
  const stored = await store.read(leaseName)
  const { lease } = stored ? readLease(stored.body) : { lease: null }
  const restorable = epoch ?? lease?.restorable
  const owner = service ?? lease?.service
  if (restorable === undefined) throw new Error('Choose the epoch to restore: --epoch N.')
  if (owner === undefined) throw new Error('Name the service that is to use it: --service NAME.')
  if (restorable > 0 && !(await hasBeginning(store, restorable))) {
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
    restoredFrom: lease?.restoredFrom ?? 0,
    obsolete: lease?.obsolete ?? [],
    ttlMs: lease?.ttlMs ?? defaultTiming.ttlMs,
    token: randomUUID(),
  }
  const body = `${JSON.stringify(repaired)}\n`
  const { outcome } = await store.write(leaseName, body, stored?.generation ?? null)
  if (outcome === 'conflict') throw new Error('Somebody changed the lease meanwhile: look again.')
}

function inWords({ lease, damage, ageMs, epochs }: Omit<Inspection, 'words'>): string {
  const list = epochs.length > 0 ? epochs.map(epochName).join(', ') : 'none'
  if (damage) return `The lease can't be read: ${damage}\nepochs      ${list}`
  if (!lease) return `There is no lease.\nepochs      ${list}`
  const { holder } = lease
  const age = `renewed ${Math.round((ageMs ?? 0) / 1000)} s ago`
  return [
    `service     ${lease.service}`,
    `holder      ${holder ? `${holder.revision} ${holder.instance} (${age})` : 'nobody'}`,
    `epoch       ${lease.epoch}`,
    `restorable  ${lease.restorable > 0 ? epochName(lease.restorable) : 'none yet'}`,
    `epochs      ${list}`,
  ].join('\n')
}
