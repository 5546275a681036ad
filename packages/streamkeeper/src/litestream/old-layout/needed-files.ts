import { ReplicationProblem } from '../../stores/problem.ts'
import type { Listed } from '../../stores/store.ts'
import { type Generation, generationsIn, type OldFile } from './generations.ts'

/** What a restore of a generation needs. */
type Needed = { id: string; files: OldFile[]; bytes: number }

/**
 * The files that hold the newest state of a replica of Litestream 0.3, or that of a moment.
 *
 * @param url of the replica, for errors
 * @param listed what is below `generations/`
 * @param before milliseconds since 1970: nothing that was written then, or later, counts
 * @throws {ReplicationProblem} if they don't hold it
 */
export function neededFiles(url: string, listed: readonly Listed[], before = Infinity): Needed {
  const [newest, ...older] = generationsIn(listed.filter(({ at }) => at < before))
  if (!newest) throw damaged(url, 'it holds no generation of Litestream 0.3')
  const snapshot = newest.files
    .filter(({ kind }) => kind === 'snapshot')
    .reduce<OldFile | null>((last, file) => (last && last.index > file.index ? last : file), null)
  const where = `generations/${newest.id}`
  const also = older.length > 0 ? `; older ones: ${older.map(({ id }) => id).join(', ')}` : ''
  if (!snapshot) throw damaged(url, `the newest, ${where}, has no snapshot${also}`)
  const segments = newest.files.filter(
    ({ kind, index }) => kind === 'segment' && index >= snapshot.index,
  )
  const problem = problemIn(newest, snapshot, segments)
  if (problem) throw damaged(url, `${problem}${also}`)
  const files = [snapshot, ...segments]
  return { id: newest.id, files, bytes: files.reduce((sum, { size }) => sum + size, 0) }
}

// What is missing within a WAL file Litestream finds by itself.
function problemIn({ id, unknown }: Generation, snapshot: OldFile, segments: OldFile[]) {
  const [odd] = unknown
  if (odd !== undefined) return `${odd} is no file of Litestream 0.3`
  const empty = [snapshot, ...segments].find(({ size }) => size === 0)
  if (empty) return `${empty.name} is empty`
  const indexes = new Set(segments.map(({ index }) => index))
  const last = Math.max(snapshot.index, ...indexes)
  for (let index = snapshot.index; index < last; index++) {
    const name = index.toString(16).padStart(8, '0')
    if (!indexes.has(index)) return `generations/${id}/wal/${name}_00000000.wal.lz4 is missing`
  }
  return null
}

function damaged(url: string, detail: string): ReplicationProblem {
  return new ReplicationProblem('old-replica-damaged', url, detail)
}
