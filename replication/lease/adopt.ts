import { ReplicationProblem } from '../problem.ts'
import type { Store } from '../store/store.ts'
import { epochName, listEpochs } from './epochs.ts'

/**
 * Looks at what is below the replica URL where no lease says what it is: nothing, a replica without
 * epochs (the original sample's layout), or the one epoch that is left of a deleted lease.
 *
 * @returns the epoch to begin from, the last given out and the restorable one alike, 0 if there is
 *   none; and whether there is no replica of any kind
 * @throws {ReplicationProblem} if it isn't clear which replica is the newest
 */
export async function adopt(
  store: Store,
  url: string,
): Promise<{ epoch: number; isEmpty: boolean }> {
  const [epochs, plain, old] = await Promise.all([
    listEpochs(store),
    store.list('ltx/'),
    store.list('generations/'),
  ])
  if (old.length > 0) throw new ReplicationProblem('replica-too-old', url, 'generations/')
  const [only = 0, ...more] = epochs
  if (more.length > 0 || (only > 0 && plain.length > 0)) {
    const found = [...epochs.map(epochName), ...(plain.length > 0 ? ['ltx'] : [])]
    throw new ReplicationProblem('replica-ambiguous', url, found.join(', '))
  }
  return { epoch: only, isEmpty: only === 0 && plain.length === 0 }
}
