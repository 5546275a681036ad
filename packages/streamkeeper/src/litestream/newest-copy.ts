import { rmSync } from 'node:fs'
import { checkDatabase, DamagedDatabase } from '../sqlite/check.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { catchUp } from './catch-up.ts'
import { chooseCopy, type Expected, type Facts, isSetAside } from './choose-copy.ts'
import { isOfLaterEpoch, kindOf } from './copy-notes.ts'
import {
  clearFiles,
  clearRemains,
  putInPlace,
  type Restored,
  restoredOf,
  setAside,
} from './database-files.ts'
import { type CommandOptions, newestTxid, restoreReplica } from './litestream-command.ts'
import { lacksNoted, localTxid } from './local-position.ts'
import { timed } from './timed.ts'

/** Where the database file's content came from. */
export type Origin =
  | { from: 'this-disk' }
  | { from: 'bucket'; url: string; txid: number }
  /** It was there, and was brought up to date by so many files. */
  | { from: 'changes'; url: string; txid: number; files: number; bytes: number }
  | { from: 'nothing-yet' }

export function originInWords(origin: Origin): string {
  switch (origin.from) {
    case 'this-disk':
      return 'The database on this disk is the newest copy.'
    case 'bucket':
      return `Restored the database from ${origin.url}.`
    case 'changes':
      return `Brought the database to transaction ${origin.txid} by the changes (${origin.files} files, ${origin.bytes} bytes) from ${origin.url}.`
    case 'nothing-yet':
      return 'There is no database yet: the first request makes it.'
  }
}

export type FetchOptions = CommandOptions & {
  expected: Expected
  /** Names a file that is set aside. */
  now: Date
  /** Whether the replica is known to hold all that was ever written to the file. */
  isCovered?: boolean
  /**
   * The transaction of the replica that the file's main part is exactly at; null where that isn't known.
   * `inPlace` says that what has changed since may be written into it: it is of the same schema, and
   * nothing else is in its WAL.
   */
  base?: { txid: number; inPlace: boolean } | null
  /** Told of each file before it is used or takes the place of another; throws where it may not. */
  accept?: (file: string) => Promise<void> | void
  /** Called before the file on this disk is looked at: from now on SQLite is to leave its WAL alone. */
  hold?: () => void
  /**
   * Does `work`, which changes or replaces the file: no connection to it may be open meanwhile, as SQLite
   * removes the WAL by its name when one is closed.
   */
  replace?: (work: () => void) => void
}

/**
 * Makes the file at `path` the newest copy of the database that can be had, checked by SQLite; leaves
 * no file only if there is no copy anywhere. The file that is there stays until another was restored,
 * checked and accepted. May be called again after it threw.
 *
 * @param path the database file
 * @param replicaUrl the replica to restore where the file isn't as new
 * @throws {ReplicationProblem} if there may be a copy in the bucket that can't be had now
 * @throws {Error} if the copy on this disk is the newest and fails the check
 */
export async function fetchNewestCopy(
  path: string,
  replicaUrl: string,
  options: FetchOptions,
): Promise<Origin> {
  const { expected, isCovered = false, hold = () => {} } = options
  const { accept = () => {}, replace = (work) => work() } = options
  const caughtUp = await catchUp(path, replicaUrl, options)
  if (caughtUp) return caughtUp
  const file = kindOf(path, replicaUrl)
  const fileTxid = file === 'own' && !lacksNoted(path) ? localTxid(path) : 0
  const choose = (newestTxid: number) => chooseCopy({ file, fileTxid, newestTxid, expected })
  const restore = () =>
    expected.replica === 'none' ? null : restoreChecked(replicaUrl, path, options)

  // Only these can be newer than what the bucket shows; for the others, restoring it tells how new that is.
  const isListed = (file === 'own' || file === 'other') && expected.replica !== 'none'
  const first = isListed ? choose(await newestTxid(replicaUrl, options)) : 'restore'
  const restored = first === 'restore' ? await restore() : null
  const choice = first === 'restore' ? choose(restored?.txid ?? 0) : first

  if (choice === 'missing' || choice === 'behind') {
    throw lacking(choice, replicaUrl, { path, file, expected })
  }
  if (choice === 'use-file') {
    hold()
    checkOnDisk(path)
    await accept(path)
    return { from: 'this-disk' }
  }
  if (restored) await accept(restored.file)
  const isLater = isOfLaterEpoch(path, replicaUrl)
  replace(() => {
    if (isSetAside({ file, isLater, isCovered })) setAside(path, options.now)
    clearRemains(path)
    if (restored) putInPlace(path, replicaUrl, restored)
  })
  if (!restored) return { from: 'nothing-yet' }
  return { from: 'bucket', url: replicaUrl, txid: restored.txid }
}

function lacking(
  choice: 'missing' | 'behind',
  replicaUrl: string,
  { path, file, expected }: Pick<Facts, 'file' | 'expected'> & { path: string },
): ReplicationProblem {
  const reachedTxid = expected.replica === 'complete' ? expected.reachedTxid : 0
  const until = reachedTxid > 0 ? ` up to transaction ${reachedTxid}` : ''
  const beside =
    file === 'none'
      ? ''
      : `; ${path} on this disk is left as it is: if it has the data, bring it in with npx streamkeeper seed --from ${path} --replace`
  return new ReplicationProblem(
    choice === 'missing' ? 'replica-missing' : 'replica-behind',
    replicaUrl,
    `the lease says that it is complete${until}${beside}`,
  )
}

function checkOnDisk(path: string): void {
  try {
    checkDatabase(path)
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error
    const advice = 'Move it away to start from the copy in the bucket.'
    throw new Error(`${error.message}. ${advice}`, { cause: error })
  }
}

async function restoreChecked(
  url: string,
  path: string,
  options: CommandOptions,
): Promise<Restored | null> {
  const restored = restoredOf(path)
  clearFiles(restored)
  rmSync(`${restored}.tmp`, { force: true })
  const txid = await timed('restore', () => restoreReplica(url, restored, options))
  if (txid === null) return null
  try {
    timed('check', () => checkDatabase(restored))
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error
    throw new ReplicationProblem('replica-damaged', url, error.message)
  }
  return { file: restored, txid }
}
