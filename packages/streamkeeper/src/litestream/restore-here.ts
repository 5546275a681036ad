import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs'
import { type Store, takeAll } from '../stores/store.ts'
import { LtxDamaged } from './ltx/format.ts'
import { LtxStream } from './ltx/stream.ts'
import { type LtxFile, listLtxFiles, newestIn } from './ltx-files.ts'
import { restorePlan } from './restore-plan.ts'

/** What is in the bucket is not to be restored in this way; Litestream, or its words, may know more. */
export class CantRestore extends Error {}

// So few are kept in memory: 32 at once at most.
const smallBytes = 2 ** 19
const atOnce = 32

/**
 * Restores the newest state of the replica in `store` to the new file `to`, as Litestream does, and
 * with the same bytes: each file that it needs is read once, and its pages are written as they come. Litestream lists each level on its own, and makes one file of all before it writes them.
 *
 * @returns the transaction that the file is at
 * @throws {CantRestore} if a file is missing or damaged, or this is no replica that can be restored so
 * @throws {ReplicationProblem} if the bucket fails
 */
export async function restoreHere(store: Store, to: string): Promise<number> {
  const files = await listLtxFiles(store)
  const plan = restorePlan(files)
  if (!plan?.length) throw new CantRestore('there is no whole replica')
  const temporary = `${to}.tmp`
  const file = openSync(temporary, 'w+')
  try {
    await write(store, plan, file)
    fsyncSync(file)
    renameSync(temporary, to)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error instanceof LtxDamaged ? new CantRestore(error.message) : error
  } finally {
    closeSync(file)
  }
  return newestIn(files)
}

async function write(store: Store, plan: readonly LtxFile[], file: number): Promise<void> {
  let pageSize: number | null = null
  const nextSmall = readAhead(store, plan.filter(isSmall))
  for (const of of plan) {
    const stream = new LtxStream(file)
    if (isSmall(of)) stream.push(await nextSmall())
    else await copyInto(stream, store, of)
    const header = stream.end()
    if (header.min !== of.min || header.max !== of.max) {
      throw new CantRestore(`${of.name} holds transactions ${header.min} to ${header.max}`)
    }
    pageSize ??= header.pageSize
    if (header.pageSize !== pageSize) throw new CantRestore(`${of.name} has other pages`)
    ftruncateSync(file, header.commit * pageSize)
  }
}

function isSmall({ size }: LtxFile): boolean {
  return size <= smallBytes
}

async function copyInto(stream: LtxStream, store: Store, of: LtxFile): Promise<void> {
  const isThere = await takeAll(store, of.name, (bytes) => stream.push(bytes))
  if (!isThere) throw new CantRestore(`${of.name} is gone`)
}

/** Asks for several files at once; gives them in their order, one with each call. */
function readAhead(store: Store, files: readonly LtxFile[]): () => Promise<Buffer> {
  const waiting = [...files]
  const asked: Promise<Buffer>[] = []
  const ask = () => {
    for (const file of waiting.splice(0, atOnce - asked.length)) {
      const bytes = bytesOf(store, file)
      // It may fail before anybody waits for it.
      bytes.catch(() => {})
      asked.push(bytes)
    }
  }
  ask()
  return () => {
    const next = asked.shift() ?? Promise.reject(new Error('There are no more files.'))
    ask()
    return next
  }
}

async function bytesOf(store: Store, { name }: LtxFile): Promise<Buffer> {
  const bytes = await store.bytes(name)
  // It may have been compacted away since it was listed.
  if (!bytes) throw new CantRestore(`${name} is gone`)
  return bytes
}
