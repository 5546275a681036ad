import { atOnce } from '../at-once.ts'
import { type ProblemCode, problemFrom, ReplicationProblem } from '../stores/problem.ts'
import type { Store } from '../stores/store.ts'
import { magic } from './ltx/format.ts'
import { firstMissing, type LtxFile, listLtxFiles, newestIn } from './ltx-files.ts'

// Each is a request that takes some 20 ms.
const mostAtOnce = 16

/**
 * Says why a replica could not be restored: Litestream's words name neither the object nor whether it
 * is damaged, or its answer was. Only what the bucket holds proves that it is.
 *
 * @param store what is below the URL of the replica
 * @param words Litestream's last ones
 */
export async function diagnose(
  store: Pick<Store, 'list' | 'peek'>,
  url: string,
  words: string,
): Promise<ReplicationProblem> {
  try {
    const files = await listLtxFiles(store)
    const missing = firstMissing(files)
    if (missing !== null) {
      const detail = `transaction ${missing} of ${newestIn(files)} is not there`
      return new ReplicationProblem('replica-behind', url, detail)
    }
    await atOnce(mostAtOnce, files, (file) => refuseDamaged(store, url, file))
    return fromWords(words, url)
  } catch (error) {
    if (error instanceof ReplicationProblem) return error
    throw error
  }
}

// A file on a disk is what it is; an answer over a network can be cut off, and asked for again.
function fromWords(words: string, url: string): ReplicationProblem {
  const problem = problemFrom(words, url)
  const isCutOff = /unexpected EOF|max retries exceeded/.test(words) && !url.startsWith('file:')
  if (problem.code !== 'replica-damaged' || !isCutOff) return problem
  return new ReplicationProblem('bucket-garbled', url, problem.detail)
}

/** @throws {ReplicationProblem} if the bucket does not have the file as it is listed */
async function refuseDamaged(
  store: Pick<Store, 'peek'>,
  url: string,
  { name, size }: LtxFile,
): Promise<void> {
  const problem = (code: ProblemCode, detail: string) => new ReplicationProblem(code, url, detail)
  const found = await store.peek(name).catch((error) => {
    throw error instanceof ReplicationProblem
      ? problem(error.code, `${name}: ${error.detail}`)
      : error
  })
  if (!found) throw problem('object-missing', name)
  if (found.size !== size || found.start.length < Math.min(size, 16)) {
    throw problem('bucket-garbled', `${name} has ${size} bytes, and other ones were sent`)
  }
  if (size === 0) throw problem('replica-damaged', `${name} is empty`)
  if (!found.start.startsWith(magic)) {
    throw problem('replica-damaged', `${name} is no file of Litestream's`)
  }
}
