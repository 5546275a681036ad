import { type LeaseObject, leaseName, parseLease } from '../lease/lease-object.ts'
import { ltxName } from '../litestream/ltx/format.ts'
import { type LtxFile, ltxFilesIn } from '../litestream/ltx-files.ts'
import { epochName } from '../stores/epochs.ts'
import type { Store } from '../stores/store.ts'

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

/** Where a transaction is below the replica URL: Litestream uploads each by itself first, to level 0. */
export function transactionObject(epoch: number, txid: number): string {
  return `${epochName(epoch)}/ltx/0/${ltxName(txid)}`
}

/** All files of an epoch. */
export async function filesOf(store: Pick<Store, 'list'>, epoch: number): Promise<LtxFile[]> {
  return ltxFilesIn(await store.list(`${epochName(epoch)}/ltx/`))
}
