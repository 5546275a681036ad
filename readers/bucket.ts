import { epochName } from '../replication/lease/epochs.ts'
import { leaseName, parseLease } from '../replication/lease/lease-object.ts'
import type { Store } from '../replication/store/store.ts'

/**
 * Which epoch is the one to read, as the lease says; null where there is none yet.
 *
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function currentEpoch(
  store: Pick<Store, 'read'>,
  base: string,
): Promise<number | null> {
  const stored = await store.read(leaseName)
  return (stored && parseLease(stored.body, null, base).restorable) || null
}

/** The last transaction of an epoch that any file in the bucket holds; 0 if there is none. */
export async function newestTransaction(
  store: Pick<Store, 'list'>,
  epoch: number,
): Promise<number> {
  const files = await store.list(`${epochName(epoch)}/ltx/`)
  const newest = files.map(({ name }) => /-([0-9a-f]{16})\.ltx$/.exec(name)?.[1] ?? '0')
  return newest.reduce((most, txid) => Math.max(most, Number.parseInt(txid, 16)), 0)
}
