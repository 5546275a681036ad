import { newestChange } from '../litestream/old-layout/generations.ts'
import { epochName, listEpochs } from '../stores/epochs.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import type { Layout } from '../stores/replica-url.ts'
import type { Listed, Store } from '../stores/store.ts'

/** A replica without epochs. */
export type Plain = {
  layout: Layout
  /** Why this layout counts, where both are there; else null. */
  why: string | null
}

/**
 * Looks at what is below the replica URL where no lease says what it is: nothing, a replica without
 * epochs (the original sample's layout), or the one epoch that is left of a deleted lease.
 *
 * @returns the epoch to begin from, the last given out and the restorable one alike, 0 if there is
 *   none; and the replica without epochs
 * @throws {ReplicationProblem} if it isn't clear which replica is the newest
 */
export async function adopt(
  store: Store,
  url: string,
): Promise<{ epoch: number; plain: Plain | null }> {
  const [epochs, plain] = await Promise.all([listEpochs(store), findPlain(store)])
  const [only = 0, ...more] = epochs
  if (more.length > 0 || (only > 0 && plain)) {
    const found = [...epochs.map(epochName), ...(plain ? [plain.layout] : [])]
    throw new ReplicationProblem('replica-ambiguous', url, found.join(', '))
  }
  return { epoch: only, plain }
}

/**
 * The replica without epochs, whole or not. Where Litestream 0.3 and 0.5 have both written there, the
 * one that was written to last counts, as for Litestream.
 * https://github.com/benbjohnson/litestream/blob/v0.5.9/replica.go (shouldUseV3Restore)
 *
 * @param adopted the layout that an earlier look has found: it is still that one unless the other is
 *   newer, whatever a list says
 */
export async function findPlain(store: Store, adopted?: Layout): Promise<Plain | null> {
  const [ltx, old] = await Promise.all([store.list('ltx/'), store.list('generations/')])
  if (adopted && (adopted === 'ltx' ? ltx : old).length === 0) return { layout: adopted, why: null }
  if (ltx.length === 0 && old.length === 0) return null
  if (old.length === 0) return { layout: 'ltx', why: null }
  if (ltx.length === 0) return { layout: 'generations', why: null }
  return newer(ltx, old)
}

function newer(ltx: Listed[], old: Listed[]): Plain {
  const ltxFiles = ltx.filter(({ name }) => name.endsWith('.ltx'))
  const [atLtx, atOld] = [Math.max(0, ...ltxFiles.map(({ at }) => at)), newestChange(old)]
  const times = `generations/ was last written at ${formatTime(atOld)}, ltx/ at ${formatTime(atLtx)}`
  return atOld > atLtx
    ? { layout: 'generations', why: `The replica of Litestream 0.3 counts: ${times}.` }
    : { layout: 'ltx', why: `The replica of Litestream 0.5 counts: ${times}.` }
}

function formatTime(at: number): string {
  return new Date(at).toISOString()
}
