import { type LtxFile, newestIn, snapshotLevel } from './ltx-files.ts'

// To ask for a file takes as long as to read so many bytes of it.
const requestBytes = 65_536

/** The best way to a transaction. */
type Way = { txid: number; bytes: number; last: { file: LtxFile; before: Way } | null }

/**
 * The files that a restore of all of them needs, in order; and the level-0 file that ends at the newest
 * transaction, by which Litestream knows where a replica ends. null where there is a gap.
 */
export function restorePlan(files: readonly LtxFile[]): LtxFile[] | null {
  const newest = newestIn(files)
  const last = files.find(({ level, max }) => level === 0 && max === newest)
  const needed = litestreamsPlan(files)
  if (!last || !needed) return null
  return needed.includes(last) ? needed : [...needed, last]
}

/**
 * What Litestream itself reads: the newest snapshot, then of all levels the file that reaches furthest
 * of those that leave no gap; null where files are left over behind one, which it refuses.
 * https://github.com/benbjohnson/litestream/blob/v0.5.18/replica.go (CalcRestorePlan)
 */
function litestreamsPlan(files: readonly LtxFile[]): LtxFile[] | null {
  const snapshots = files.filter(({ level }) => level === snapshotLevel)
  const plan = snapshots.toSorted((one, other) => one.max - other.max).slice(-1)
  const changes = files.filter(({ level }) => level < snapshotLevel)
  const waiting = changes.toSorted((one, other) => other.min - one.min)
  let reached = plan[0]?.max ?? 0
  for (let next = waiting.at(-1); next; next = waiting.at(-1)) {
    if (next.min > reached + 1) return null
    let furthest = next
    for (; next && next.min <= reached + 1; next = waiting.at(-1)) {
      if (isBetter(next, furthest)) furthest = next
      waiting.pop()
    }
    if (furthest.max > reached) plan.push(furthest)
    reached = Math.max(reached, furthest.max)
  }
  return plan
}

function isBetter(file: LtxFile, other: LtxFile): boolean {
  if (file.max !== other.max) return file.max > other.max
  if (file.min !== other.min) return file.min < other.min
  return file.level > other.level
}

/**
 * The files, no snapshots, that bring state `txid` to the newest one, in order; [] if it is there; null
 * where that takes a restore. Of several ways, the one with the fewest bytes.
 */
export function changesAfter(files: readonly LtxFile[], txid: number): LtxFile[] | null {
  const newest = newestIn(files)
  // What begins with the first transaction holds all of the database, at any level.
  const changes = files.filter(({ level, min }) => level < snapshotLevel && min > 1)
  // Each goes further than the one before, and is dearer: none is of use that another is better in both.
  const ways: Way[] = [{ txid, bytes: 0, last: null }]
  for (const file of changes.toSorted((one, other) => one.max - other.max)) {
    const before = ways.findLast((_, index) => (ways[index - 1]?.txid ?? -1) < file.min - 1)
    if (!before || before.txid < file.min - 1 || file.max <= txid) continue
    const bytes = before.bytes + file.size + requestBytes
    while ((ways.at(-1)?.bytes ?? 0) >= bytes) ways.pop()
    if (ways.at(-1)?.txid !== file.max) ways.push({ txid: file.max, bytes, last: { file, before } })
  }
  const best = ways.at(-1)
  return best?.txid === newest ? filesOf(best) : null
}

function filesOf(way: Way): LtxFile[] {
  const files: LtxFile[] = []
  for (let { last } = way; last; last = last.before.last) files.unshift(last.file)
  return files
}
