import { closeSync, openSync, statSync } from 'node:fs'
import { openStore } from '../stores/open-store.ts'
import type { ReplicaUrl } from '../stores/replica-url.ts'
import { type Changes, changesSince, NeedsRestore } from './changes-since.ts'
import { noteCopy } from './copy-notes.ts'
import { clearRemains, copyOf, putInPlace, restoredOf } from './database-files.ts'
import { applyLtx } from './ltx/apply.ts'
import { mostPageBytes, pageBytesIn } from './ltx/contents.ts'
import { LtxDamaged } from './ltx/format.ts'
import { bytesOf, type LtxFile, listNeededFiles, newestIn } from './ltx-files.ts'
import type { FetchOptions, Origin } from './newest-copy.ts'

/**
 * Brings the file at `path` to the newest state of the replica by what has changed since `options.base`.
 *
 * @returns null where it takes a restore
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function catchUp(
  path: string,
  replicaUrl: string,
  { base, expected, signal, stallMs, accept = () => {}, replace = (work) => work() }: FetchOptions,
): Promise<Extract<Origin, { from: 'changes' }> | null> {
  if (!base || expected.replica !== 'complete') return null
  const changed = base.inPlace ? path : restoredOf(path)
  const read = { files: 0, bytes: 0 }
  let txid = base.txid
  const store = openStore(replicaUrl as ReplicaUrl, stallMs)
  const list = async () => {
    signal.throwIfAborted()
    const listed = await listNeededFiles(store)
    if (newestIn(listed) < Math.max(base.txid, expected.reachedTxid)) throw new NeedsRestore()
    return listed
  }
  // Where as much would be read as the file has, a restore is faster.
  const { size } = statSync(path)
  const isTooMuch = (wanted: readonly LtxFile[]) => read.bytes + bytesOf(wanted) > size
  try {
    for await (const changes of changesSince(store, base.txid, list, isTooMuch)) {
      signal.throwIfAborted()
      refuseLong(changes)
      if (!base.inPlace && txid === base.txid) copyOf(path, changed)
      txid = changes.at(-1)?.file.max ?? txid
      if (base.inPlace) replace(() => applyInPlace(path, replicaUrl, txid, changes))
      else applyAll(changed, changes)
      read.files += changes.length
      read.bytes += changes.reduce((sum, { bytes }) => sum + bytes.length, 0)
    }
  } catch (error) {
    // Of what is damaged, a restore tells what is wrong with it.
    if (error instanceof NeedsRestore || error instanceof LtxDamaged) return null
    throw error
  }
  if (!base.inPlace && txid > base.txid) {
    await accept(changed)
    replace(() => {
      clearRemains(path)
      putInPlace(path, replicaUrl, { file: changed, txid })
    })
  }
  return { from: 'changes', url: replicaUrl, txid, ...read }
}

/** @throws {NeedsRestore} if the lease could run out while they are applied */
function refuseLong(changes: Changes): void {
  const pageBytes = changes.reduce((sum, { bytes }) => sum + pageBytesIn(bytes), 0)
  if (pageBytes > mostPageBytes) throw new NeedsRestore()
}

// Where it ends in the middle, the note tells no transaction, and the file is restored anew.
function applyInPlace(path: string, replicaUrl: string, txid: number, changes: Changes): void {
  noteCopy(path, replicaUrl)
  applyAll(path, changes)
  noteCopy(path, replicaUrl, txid)
}

/**
 * Applies changes to a database file that nobody has open. Nothing else of this process runs meanwhile,
 * so that nobody sees it in part.
 *
 * @throws {LtxDamaged} if one of the files is damaged: it was not applied, those before it were
 */
function applyAll(path: string, changes: Changes): void {
  const file = openSync(path, 'r+')
  try {
    for (const { bytes } of changes) applyLtx(file, bytes)
  } finally {
    closeSync(file)
  }
}
