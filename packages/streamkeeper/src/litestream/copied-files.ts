import { type LtxFile, newestIn, snapshotLevel } from './ltx-files.ts'
import { restorePlan } from './restore-plan.ts'

/**
 * The files that the copy of a replica has to hold: those that a restore needs, and those by which
 * Litestream goes on compacting where it was. null where there is a gap.
 */
export function copiedFiles(files: readonly LtxFile[]): LtxFile[] | null {
  const plan = restorePlan(files)
  if (!plan) return null
  const needed = new Set(plan)
  for (let level = 0; level < snapshotLevel; level++) {
    for (const file of toBeCompacted(files, plan, level)) needed.add(file)
  }
  return [...needed]
}

/**
 * The newest file of the level, and all that begin behind what the next level has: Litestream compacts
 * from there on, and refuses a gap for ever. Where the next level has none yet, it takes all of this.
 * https://github.com/benbjohnson/litestream/blob/v0.5.18/compactor.go (Compact)
 */
function toBeCompacted(
  files: readonly LtxFile[],
  plan: readonly LtxFile[],
  level: number,
): LtxFile[] {
  const here = files.filter((file) => file.level === level)
  const end = newestIn(here)
  const newest = here.filter(({ max }) => max === end)
  const next = files.filter((file) => file.level === level + 1 && file.level < snapshotLevel)
  const kept = [...newest, ...plan.filter((file) => file.level === level)]
  const from = next.length > 0 ? newestIn(next) + 1 : Math.min(...kept.map(({ min }) => min))
  return [...newest, ...here.filter(({ min }) => min >= from)]
}
