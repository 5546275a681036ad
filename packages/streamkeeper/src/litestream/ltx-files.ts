import type { Listed, Store } from '../stores/store.ts'
import { ltxName } from './ltx/format.ts'

/** A file of Litestream's: the changes of some transactions, or a snapshot, which begins with the first. */
export type LtxFile = Listed & {
  /** 0 for single uploads, {@link snapshotLevel} for snapshots, those in between for compacted ones. */
  level: number
  min: number
  max: number
}

export const snapshotLevel = 9

/**
 * The files of the replica below the URL of `store`.
 *
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function listLtxFiles(store: Pick<Store, 'list'>): Promise<LtxFile[]> {
  return ltxFilesIn(await store.list('ltx/'))
}

/**
 * The files of a replica, but for the single uploads before the newest one that is compacted: there may
 * be thousands, which take as many lists of 1,000. They are needed by nobody where there is no gap.
 *
 * @param folder the replica's, below the URL of `store`, with its slash
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function listNeededFiles(store: Pick<Store, 'list'>, folder = ''): Promise<LtxFile[]> {
  const listed = ltxFilesIn(await store.list(`${folder}ltx/`, `${folder}ltx/1/`))
  const compacted = listed.filter(({ level }) => level > 0)
  const end = newestIn(compacted.filter(({ level }) => level === 1))
  const single = await store.list(`${folder}ltx/0/`, `${folder}ltx/0/${ltxName(end)}`)
  return [...ltxFilesIn(single), ...compacted]
}

/** The files of Litestream's among what is below any folder of replicas. */
export function ltxFilesIn(listed: readonly Listed[]): LtxFile[] {
  return listed.flatMap((object) => parse(object) ?? [])
}

function parse(object: Listed): LtxFile | null {
  const [, level, min, max] =
    /(?:^|\/)ltx\/(\d+)\/([0-9a-f]{16})-([0-9a-f]{16})\.ltx$/.exec(object.name) ?? []
  if (level === undefined || min === undefined || max === undefined) return null
  return {
    ...object,
    level: Number(level),
    min: Number.parseInt(min, 16),
    max: Number.parseInt(max, 16),
  }
}

/** The newest transaction that any of the files holds; 0 if there are none. */
export function newestIn(files: readonly LtxFile[]): number {
  return files.reduce((newest, { max }) => Math.max(newest, max), 0)
}

export function bytesOf(files: readonly LtxFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

/**
 * The first transaction that none of the files holds although they hold later ones; null where they
 * hold all from the first on.
 */
export function firstMissing(files: readonly LtxFile[]): number | null {
  let reached = 0
  for (const { min, max } of files.toSorted((one, other) => one.min - other.min)) {
    if (min > reached + 1) return reached + 1
    reached = Math.max(reached, max)
  }
  return null
}
