import type { Store } from '../store/store.ts'
import { epochName, listEpochs } from './epochs.ts'
import type { LeaseObject } from './lease-object.ts'

// Of txids, which have 16 hexadecimal digits: what begins with the same 14 is removed with one list.
const blockDigits = 14

/**
 * Removes the single uploads of an epoch that even its oldest snapshot makes needless, and that are
 * older than `retentionMs`. On Cloud Storage Litestream removes hardly any
 * (https://github.com/benbjohnson/litestream/issues/1537).
 *
 * @param now milliseconds since 1970
 */
export async function removeCovered(
  store: Store,
  epoch: number,
  now: number,
  retentionMs: number,
): Promise<void> {
  const folder = `${epochName(epoch)}/ltx`
  const snapshots = await store.list(`${folder}/9/`)
  const covered = Math.min(...snapshots.map(({ name }) => newestTxid(name)))
  if (snapshots.length === 0 || Number.isNaN(covered)) return
  const newest = new Map<string, number>()
  for (const { name, at } of await store.list(`${folder}/0/`)) {
    const block = name.slice(0, `${folder}/0/`.length + blockDigits)
    newest.set(block, Math.max(at, newest.get(block) ?? 0))
  }
  for (const [block, at] of newest) {
    const last = Number.parseInt(`${block.slice(-blockDigits)}ff`, 16)
    if (last <= covered && now - at > retentionMs) await store.remove(block)
  }
}

function newestTxid(name: string): number {
  return Number.parseInt(/-([0-9a-f]{16})\.ltx$/.exec(name)?.[1] ?? '', 16)
}

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
