import { epochName } from '../replication/lease/epochs.ts'
import { type LeaseObject, leaseName, parseLease } from '../replication/lease/lease-object.ts'
import { ltxFilesIn, newestIn } from '../replication/ltx-files.ts'
import type { Store } from '../replication/store/store.ts'

/**
 * What the lease says; null where there is none.
 *
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function readLease(
  store: Pick<Store, 'read'>,
  base: string,
): Promise<LeaseObject | null> {
  const stored = await store.read(leaseName)
  return stored && parseLease(stored.body, null, base)
}

/** The last transaction of an epoch that any file in the bucket holds; 0 if there is none. */
export async function newestTransaction(
  store: Pick<Store, 'list'>,
  epoch: number,
): Promise<number> {
  return newestIn(ltxFilesIn(await store.list(`${epochName(epoch)}/ltx/`)))
}
