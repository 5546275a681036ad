import type { Store } from './store.ts'

/** How far the replica of an epoch reached at least. */
export type Reached = { epoch: number; txid: number }

/** The epochs that have any object in the bucket, oldest first. */
export async function listEpochs(store: Store): Promise<number[]> {
  const objects = await store.list('epoch-')
  const numbers = objects.map(({ name }) => epochOf(name) ?? 0)
  return [...new Set(numbers)].filter((number) => number > 0).toSorted((a, b) => a - b)
}

/** The epoch that an object belongs to: 0 for a replica without epochs; null if it is no replica's. */
export function epochOf(name: string): number | null {
  const [, epoch, plain] = /^(?:epoch-(\d{8})\/|(ltx|generations)\/)/.exec(name) ?? []
  if (plain !== undefined) return 0
  return epoch === undefined ? null : Number(epoch)
}

/** The folder of an epoch below the replica URL. */
export function epochName(epoch: number): string {
  return `epoch-${String(epoch).padStart(8, '0')}`
}

/** Whether the replica of an epoch can be restored from its first transaction on. */
export async function hasBeginning(store: Store, epoch: number): Promise<boolean> {
  const objects = await store.list(`${epochName(epoch)}/ltx/`)
  return objects.some(({ name }) => /\/0{15}1-[0-9a-f]{16}\.ltx$/.test(name))
}
