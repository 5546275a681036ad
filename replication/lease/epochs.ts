import type { Store } from '../store/store.ts'

/** The epochs that have any object in the bucket, oldest first. */
export async function listEpochs(store: Store): Promise<number[]> {
  const objects = await store.list('epoch-')
  const numbers = objects.map(({ name }) => Number(/^epoch-(\d{8})\//.exec(name)?.[1] ?? 0))
  return [...new Set(numbers)].filter((number) => number > 0).toSorted((a, b) => a - b)
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
