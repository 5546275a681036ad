import type { Store } from '../store/store.ts'
import { epochName, listEpochs } from './epochs.ts'
import type { LeaseObject } from './lease-object.ts'

/**
 * Removes the epochs that nobody has needed for `retentionMs`, never the restorable one nor the one
 * that it was begun from.
 *
 * @param now milliseconds since 1970
 * @returns up to which epoch they are removed; null if there was nothing to remove
 */
export async function removeObsolete(
  store: Store,
  { obsolete, restoredFrom, restorable }: LeaseObject,
  now: number,
  retentionMs: number,
): Promise<number | null> {
  const old = obsolete.filter(({ since }) => now - since > retentionMs)
  const upTo = Math.min(
    Math.max(0, ...old.map((entry) => entry.upTo)),
    restorable - 1,
    restoredFrom > 0 ? restoredFrom - 1 : restorable - 1,
  )
  if (upTo <= 0) return null
  for (const epoch of await listEpochs(store)) {
    if (epoch <= upTo) await store.remove(`${epochName(epoch)}/`)
  }
  return upTo
}
