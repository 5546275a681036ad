import { problemFrom, ReplicationProblem } from '../stores/problem.ts'
import type { Store } from '../stores/store.ts'
import { firstMissing, type LtxFile, listLtxFiles, newestIn } from './ltx-files.ts'

// Every file of Litestream's begins with it.
const magic = 'LTX1'

// Each is a request that takes some 20 ms.
const atOnce = 16

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
      const newest = newestIn(files)
      return new ReplicationProblem(
        'replica-behind',
        url,
        `transaction ${missing} of ${newest} is not there`,
      )
    }
    return (await firstProblem(store, url, files)) ?? fromWords(words, url)
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

async function firstProblem(
  store: Pick<Store, 'peek'>,
  url: string,
  files: LtxFile[],
): Promise<ReplicationProblem | null> {
  for (let next = 0; next < files.length; next += atOnce) {
    const some = files.slice(next, next + atOnce)
    const problems = await Promise.all(some.map((file) => problemWith(store, url, file)))
    const found = problems.find((problem) => problem !== null)
    if (found) return found
  }
  return null
}

async function problemWith(
  store: Pick<Store, 'peek'>,
  url: string,
  { name, size }: LtxFile,
): Promise<ReplicationProblem | null> {
  const found = await store.peek(name).catch((error) => {
    if (!(error instanceof ReplicationProblem)) throw error
    throw new ReplicationProblem(error.code, url, `${name}: ${error.detail}`)
  })
  if (!found) return new ReplicationProblem('object-missing', url, name)
  if (found.size !== size || found.start.length < Math.min(size, 16)) {
    const detail = `${name} has ${size} bytes, and other ones were sent`
    return new ReplicationProblem('bucket-garbled', url, detail)
  }
  if (found.start.startsWith(magic)) return null
  const detail = size === 0 ? `${name} is empty` : `${name} is no file of Litestream's`
  return new ReplicationProblem('replica-damaged', url, detail)
}
