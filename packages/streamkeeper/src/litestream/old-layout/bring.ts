import { closeSync, fstatSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { atOnce } from '../../at-once.ts'
import { fileProblem } from '../../stores/file-problem.ts'
import { ReplicationProblem } from '../../stores/problem.ts'
import { type Store, takeAll } from '../../stores/store.ts'
import type { OldFile } from './generations.ts'
import { neededFiles } from './needed-files.ts'

// Most are small, and each takes some 20 ms.
const mostAtOnce = 16

/**
 * Brings the files of a replica of Litestream 0.3 that a restore needs to the new folder `to`.
 *
 * @param store what is below the base URL
 * @param url of the replica
 * @param before milliseconds since 1970, for the state before it; undefined for the newest
 * @returns whether there is anything of such a replica
 * @throws {ReplicationProblem} if the replica is not complete, or its files can't be had now
 */
export async function bringGeneration(
  store: Pick<Store, 'list' | 'each'>,
  url: string,
  to: string,
  { before, signal }: { before?: number | undefined; signal: AbortSignal },
): Promise<boolean> {
  const listed = await store.list('generations/')
  if (listed.length === 0) return false
  const { files, bytes } = neededFiles(url, listed, before)
  const { bavail, bsize } = await statfs(dirname(to))
  if (bavail * bsize < bytes) {
    const detail = `${bytes} bytes are to be brought, and ${bavail * bsize} are free`
    throw new ReplicationProblem('disk-full', url, detail)
  }
  try {
    for (const folder of new Set(files.map(({ path }) => dirname(join(to, path))))) {
      mkdirSync(folder, { recursive: true })
    }
  } catch (error) {
    throw fileProblem(error, url)
  }
  const failed = new AbortController()
  const ended = AbortSignal.any([signal, failed.signal])
  await atOnce(mostAtOnce, files, async (file) => {
    ended.throwIfAborted()
    await bring(store, url, to, file, ended).catch((error) => failed.abort(error))
  })
  ended.throwIfAborted()
  return true
}

async function bring(
  store: Pick<Store, 'each'>,
  url: string,
  to: string,
  { name, path, size }: OldFile,
  signal: AbortSignal,
): Promise<void> {
  const bytes = await save(store, name, join(to, path), signal).catch((error) => {
    const problem = 'syscall' in error ? fileProblem(error, url) : error
    if (!(problem instanceof ReplicationProblem)) throw problem
    throw new ReplicationProblem(problem.code, url, `${name}: ${problem.detail}`)
  })
  if (bytes === null) throw new ReplicationProblem('object-missing', url, name)
  if (bytes === size) return
  throw new ReplicationProblem('bucket-garbled', url, `${name} has ${size} bytes, not ${bytes}`)
}

/** @returns how many bytes it has; null if there is no such object */
async function save(
  store: Pick<Store, 'each'>,
  name: string,
  path: string,
  signal: AbortSignal,
): Promise<number | null> {
  const file = openSync(path, 'w')
  try {
    const isThere = await takeAll(store, name, (bytes) => writeFileSync(file, bytes), signal)
    return isThere ? fstatSync(file).size : null
  } finally {
    closeSync(file)
  }
}

/** A folder beside the file that is restored; it is removed with all that is in it. */
export function folderFor(file: string): { path: string } & Disposable {
  const path = `${file}.generations`
  const remove = () => rmSync(path, { recursive: true, force: true })
  remove()
  return { path, [Symbol.dispose]: remove }
}
