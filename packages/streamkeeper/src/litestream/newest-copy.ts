import { rmSync } from 'node:fs'
import { checkDatabase, DamagedDatabase } from '../sqlite/check.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { type CatchUpOptions, catchUp } from './catch-up.ts'
import { chooseCopy, type Facts, isSetAside } from './choose-copy.ts'
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

type Options = CatchUpOptions & {
  /** Names a file that is set aside. */
  now: Date
  /** Whether the replica is known to hold all that was ever written to the file. */
  isCovered?: boolean
  /** Called before the file on this disk is looked at: from now on SQLite is to leave its WAL alone. */
  hold?: () => void
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
  options: Options,
): Promise<Origin> {
  const { expected, isCovered = false, hold = () => {} } = options
  const { accept = () => {}, replace = (work) => work() } = options
  const caughtUp = await catchUp(path, replicaUrl, options)
  if (caughtUp) return { from: 'changes', url: replicaUrl, ...caughtUp }
  const file = kindOf(path, replicaUrl)
  const fileTxid = file === 'own' && !lacksNoted(path) ? localTxid(path) : 0
  const choose = (newestTxid: number) => chooseCopy({ file, fileTxid, newestTxid, expected })
  const mayBeThere = expected.replica !== 'none'
  // Only these can be newer than what the bucket shows; for the others, restoring it tells how new that is.
  const isListed = mayBeThere && (file === 'own' || file === 'other')
  const first = isListed ? choose(await newestTxid(replicaUrl, options)) : 'restore'
  const isRestored = first === 'restore' && mayBeThere
  const restored = isRestored ? await restoreChecked(replicaUrl, path, options) : null
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
  let detail = 'the lease says that it is complete'
  if (reachedTxid > 0) detail += ` up to transaction ${reachedTxid}`
  if (file !== 'none') {
    detail += `; ${path} on this disk is left as it is: if it has the data, bring it in with npx streamkeeper seed --from ${path} --replace`
  }
  return new ReplicationProblem(`replica-${choice}`, replicaUrl, detail)
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
