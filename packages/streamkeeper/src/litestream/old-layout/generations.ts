import type { Listed } from '../../stores/store.ts'

/** A file of Litestream 0.3's: a snapshot of the database, or a part of the WAL that followed it. */
export type OldFile = Listed & {
  kind: 'snapshot' | 'segment'
  /** How many WAL files there were before. */
  index: number
  /** Its name as Litestream 0.5 reads it. */
  path: string
}

/** What Litestream 0.3 wrote from one snapshot on without a gap in between. */
export type Generation = {
  id: string
  files: OldFile[]
  /** What Litestream 0.3 did not write. */
  unknown: string[]
  /** When the newest of its files was written, in milliseconds since 1970. */
  updatedAt: number
}

/**
 * The generations among the objects below `generations/`, the newest first: the one that was written
 * to last, as Litestream 0.3 chooses it.
 * https://github.com/benbjohnson/litestream/blob/v0.3.13/replica.go (CalcRestoreTarget)
 */
export function generationsIn(listed: readonly Listed[]): Generation[] {
  const byId = Map.groupBy(listed, ({ name }) => /^generations\/([0-9a-f]{16})\//.exec(name)?.[1])
  return [...byId]
    .flatMap(([id, objects]) => (id === undefined ? [] : [generation(id, objects)]))
    .filter(({ files, unknown }) => files.length + unknown.length > 0)
    .toSorted((one, other) => other.updatedAt - one.updatedAt)
}

function generation(id: string, objects: Listed[]): Generation {
  const files: OldFile[] = []
  const unknown: string[] = []
  for (const object of objects) {
    const file = parse(id, object)
    if (file) files.push(file)
    // A folder, and what an upload that was cut off has left in one.
    else if (!/\/$|\.tmp$/.test(object.name)) unknown.push(object.name)
  }
  return { id, files, unknown, updatedAt: Math.max(0, ...files.map(({ at }) => at)) }
}

const snapshotName = /^snapshots\/([0-9a-f]{8})\.snapshot\.lz4$/
const segmentName = /^wal\/([0-9a-f]{8})[_/]([0-9a-f]{8,16})\.wal\.lz4$/

function parse(id: string, object: Listed): OldFile | null {
  const folder = `generations/${id}/`
  const name = object.name.slice(folder.length)
  const [, snapshot] = snapshotName.exec(name) ?? []
  if (snapshot !== undefined) return fileOf(object, 'snapshot', snapshot, object.name)
  const [, segment, offset] = segmentName.exec(name) ?? []
  if (segment === undefined || offset === undefined) return null
  return fileOf(object, 'segment', segment, `${folder}wal/${segment}_${offset}.wal.lz4`)
}

function fileOf(object: Listed, kind: OldFile['kind'], index: string, path: string): OldFile {
  return { ...object, kind, index: Number.parseInt(index, 16), path }
}

/** The newest change in any of them; 0 if there are none. */
export function newestChange(listed: readonly Listed[]): number {
  return Math.max(0, ...generationsIn(listed).map(({ updatedAt }) => updatedAt))
}
