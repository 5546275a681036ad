import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { checkDatabase, DamagedDatabase } from '../db/check.ts'
import { chooseCopy, type Expected, type Facts } from './choose-copy.ts'
import { type CommandOptions, newestTxid, restoreReplica } from './litestream-command.ts'
import { forgetPositions, localTxid } from './local-position.ts'
import { ReplicationProblem } from './problem.ts'
import { timed } from './timed.ts'

/** Where the database file's content came from. */
export type Origin =
  | { from: 'this-disk' }
  | { from: 'bucket'; url: string; txid: number }
  | { from: 'nothing-yet' }

export function originInWords(origin: Origin): string {
  switch (origin.from) {
    case 'this-disk':
      return 'The database on this disk is the newest copy.'
    case 'bucket':
      return `Restored the database from ${origin.url}.`
    case 'nothing-yet':
      return 'There is no database yet: the first request makes it.'
  }
}

type Options = CommandOptions & {
  expected: Expected
  /** Names a file that is set aside. */
  now: Date
  /** Whether the replica is known to hold all that was ever written to the file. */
  isCovered?: boolean
  /** Told of each file before it is used or takes the place of another; throws where it may not. */
  accept?: (file: string) => Promise<void> | void
  /**
   * Called just before the file is replaced: no connection to it may stay open, as SQLite removes the
   * WAL by its name when one is closed.
   */
  beforeReplace?: () => void
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
  const { expected, accept = () => {}, beforeReplace = () => {} } = options
  const file = kindOf(path, replicaUrl)
  const fileTxid = file === 'own' ? localTxid(path) : 0
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
    checkOnDisk(path)
    await accept(path)
    return { from: 'this-disk' }
  }
  if (restored) await accept(restored.file)
  beforeReplace()
  const mayHoldMore = file === 'copy' ? isOfLaterEpoch(path, replicaUrl) : file !== 'none'
  if (mayHoldMore && !options.isCovered) setAside(path, options.now)
  clearRemains(path)
  if (!restored) return { from: 'nothing-yet' }
  renameSync(restored.file, path)
  noteCopy(path, replicaUrl)
  return { from: 'bucket', url: replicaUrl, txid: restored.txid }
}

/**
 * Notes which replica the file is replicated to, so that a later boot doesn't take it for the newest
 * state of another, and replicate it over data that it has never seen.
 */
export function noteReplica(path: string, replicaUrl: string): void {
  writeFileSync(noteOf(path), replicaUrl)
}

/** Notes that all of the file is in the replica at `replicaUrl`, so that it may be thrown away. */
export function noteCopy(path: string, replicaUrl: string): void {
  writeFileSync(noteOf(path), `${copy} ${replicaUrl}`)
}

// An earlier release noted no URL after it.
const copy = 'copy'

function kindOf(path: string, replicaUrl: string): Facts['file'] {
  if (!statSync(path, { throwIfNoEntry: false })?.size) return 'none'
  const note = readNote(path)
  if (note?.split(' ', 1)[0] === copy) return 'copy'
  return note === replicaUrl ? 'own' : 'other'
}

// An operator has gone back to an earlier epoch: it may be all that is left of the later one.
function isOfLaterEpoch(path: string, replicaUrl: string): boolean {
  const [, base, epoch] = /^copy (.+\/epoch-)(\d{8})$/.exec(readNote(path) ?? '') ?? []
  return base !== undefined && replicaUrl.startsWith(base) && `${base}${epoch}` > replicaUrl
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
      : `; ${path} on this disk is left as it is: if it has the data, bring it in with npm run seed -- --from ${path} --replace`
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

type Restored = { file: string; txid: number }

async function restoreChecked(
  url: string,
  path: string,
  options: CommandOptions,
): Promise<Restored | null> {
  const restored = `${path}.restored`
  for (const file of filesOf(restored)) rmSync(file, { force: true })
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

/** The files that had to make way, and may hold what no replica has: an operator decides about them. */
export function setAsideFiles(path: string): { path: string; bytes: number }[] {
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}${asideMark}`) && !/-(wal|shm)$/.test(name))
    .map((name) => join(dirname(path), name))
    .map((found) => ({ path: found, bytes: statSync(found).size }))
}

const asideMark = '.set-aside-'

function setAside(path: string, now: Date): void {
  const aside = `${path}${asideMark}${now.toISOString().replaceAll(':', '')}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (statSync(path + suffix, { throwIfNoEntry: false }))
      renameSync(path + suffix, aside + suffix)
  }
}

// What is left of a database file that is gone would be taken for part of the next one.
function clearRemains(path: string): void {
  for (const file of [...filesOf(path), noteOf(path)]) rmSync(file, { force: true })
  forgetPositions(path)
}

function filesOf(path: string): string[] {
  return [path, `${path}-wal`, `${path}-shm`]
}

function noteOf(path: string): string {
  return `${path}-replica`
}

function readNote(path: string): string | null {
  try {
    return readFileSync(noteOf(path), 'utf8')
  } catch {
    return null
  }
}
