import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { checkDatabase, DamagedDatabase } from '../db/check.ts'
import { type CommandOptions, newestTxid, restoreReplica } from './litestream-command.ts'
import { forgetPositions, localTxid } from './local-position.ts'
import { ReplicationProblem } from './problem.ts'
import { timed } from './timed.ts'

/** Where the database file's content came from. */
export type Origin =
  | { from: 'this-disk' }
  | { from: 'bucket'; url: string }
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

/**
 * Makes the file at `path` the newest copy of the database that can be had, checked by SQLite;
 * leaves no file only if there is no copy anywhere. May be called again after it threw.
 *
 * @param path the database file
 * @param replicaUrl the replica to restore where the file isn't as new
 * @param now names a file that has to make way
 * @param options.isEmpty whether it is known that there is no replica, so that Litestream need not
 *   look for one
 * @param options.makeWay called just before the file is replaced: no connection to it may stay open,
 *   as SQLite removes the WAL by its name when one is closed
 * @throws {ReplicationProblem} if there may be a copy in the bucket that can't be had now
 * @throws {Error} if the copy on this disk is the newest and fails the check
 */
export async function fetchNewestCopy(
  path: string,
  replicaUrl: string,
  now: Date,
  options: CommandOptions & { isEmpty?: boolean; makeWay?: () => void },
): Promise<Origin> {
  const isThere = Boolean(statSync(path, { throwIfNoEntry: false })?.size)
  const isCopy = isThere && readNote(path) === copy
  if (isThere && !isCopy) {
    if (await isNewestOnThisDisk(path, replicaUrl, options)) {
      checkOnDisk(path)
      return { from: 'this-disk' }
    }
    options.makeWay?.()
    setAside(path, now)
  }
  const restored = options.isEmpty ? null : await restoreChecked(replicaUrl, path, options)
  // A copy of a replica that is gone is all that is left of it.
  if (!restored && isCopy) return { from: 'this-disk' }
  options.makeWay?.()
  clearRemains(path)
  if (!restored) return { from: 'nothing-yet' }
  renameSync(restored, path)
  noteCopy(path)
  return { from: 'bucket', url: replicaUrl }
}

/**
 * Notes which replica the file is replicated to, so that a later boot doesn't take it for the newest
 * state of another, and replicate it over data that it has never seen.
 */
export function noteReplica(path: string, replicaUrl: string): void {
  writeFileSync(noteOf(path), replicaUrl)
}

/** Notes that all of the file is in the bucket, so that it may be thrown away. */
export function noteCopy(path: string): void {
  writeFileSync(noteOf(path), copy)
}

const copy = 'copy'

async function isNewestOnThisDisk(
  path: string,
  replicaUrl: string,
  options: CommandOptions & { isEmpty?: boolean },
): Promise<boolean> {
  const newest = options.isEmpty ? 0 : await newestTxid(replicaUrl, options)
  // Litestream would not object to an older file: it writes it over the newer state.
  return readNote(path) === replicaUrl ? localTxid(path) >= newest : newest === 0
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
): Promise<string | null> {
  const restored = `${path}.restored`
  for (const file of filesOf(restored)) rmSync(file, { force: true })
  rmSync(`${restored}.tmp`, { force: true })
  if (!(await timed('restore', () => restoreReplica(url, restored, options)))) return null
  try {
    timed('check', () => checkDatabase(restored))
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error
    throw new ReplicationProblem('replica-damaged', url, error.message)
  }
  return restored
}

function setAside(path: string, now: Date): void {
  const aside = `${path}.set-aside-${now.toISOString().replaceAll(':', '')}`
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
