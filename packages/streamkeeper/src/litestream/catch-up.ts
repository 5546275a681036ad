import { closeSync, openSync, statSync } from 'node:fs'
import { openStore } from '../stores/open-store.ts'
import type { ReplicaUrl } from '../stores/replica-url.ts'
import { type Changes, changesSince, NeedsRestore } from './changes-since.ts'
import type { Expected } from './choose-copy.ts'
import { noteCopy } from './copy-notes.ts'
import { clearRemains, copyOf, putInPlace, restoredOf } from './database-files.ts'
import type { CommandOptions } from './litestream-command.ts'
import { applyLtx } from './ltx/apply.ts'
import { mostPageBytes, pageBytesIn } from './ltx/contents.ts'
import { LtxDamaged } from './ltx/format.ts'
import { bytesOf, type LtxFile, listNeededFiles, newestIn } from './ltx-files.ts'

export type CatchUpOptions = CommandOptions & {
  expected: Expected
  /**
   * The transaction of the replica that the file's main part is exactly at; null where that isn't known.
   * `inPlace` says that what has changed since may be written into it: it is of the same schema, and
   * nothing else is in its WAL.
   */
  base?: { txid: number; inPlace: boolean } | null
  /** Told of each file before it is used or takes the place of another; throws where it may not. */
  accept?: (file: string) => Promise<void> | void
  /**
   * Does `work`, which changes or replaces the file: no connection to it may be open meanwhile, as SQLite
   * removes the WAL by its name when one is closed.
   */
  replace?: (work: () => void) => void
}

/**
 * Brings the file at `path` to the newest state of the replica by what has changed since `options.base`.
 *
 * @returns how far, and by how much; null where it takes a restore
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function catchUp(
  path: string,
  replicaUrl: string,
  {
    base,
    expected,
    signal,
    stallMs,
    accept = () => {},
    replace = (work) => work(),
  }: CatchUpOptions,
): Promise<{ txid: number; files: number; bytes: number } | null> {
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
  return { txid, ...read }
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
