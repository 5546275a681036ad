import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { checkDatabase, DamagedDatabase } from '../db/check.ts'
import { type CommandOptions, newestTxid, restoreReplica } from './litestream-command.ts'
import { forgetPositions, localTxid } from './local-position.ts'
import { ReplicationProblem } from './problem.ts'

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
      return 'There is no copy of the database anywhere: starting a new one.'
  }
}

/** Where to look for the database, on this disk and in the bucket. */
export type Places = {
  /** The database file. */
  path: string
  /** The replica that this process writes to. */
  replicaUrl: string
  /** Replicas to start from while that one is empty, in this order. */
  ancestors: readonly string[]
}

/**
 * Makes the file at `path` the newest copy of the database that can be had, checked by SQLite;
 * leaves no file only if there is no copy anywhere. May be called again after it threw.
 *
 * @param now names a file that has to make way
 * @throws {ReplicationProblem} if there may be a copy in the bucket that can't be had now
 * @throws {Error} if the copy on this disk is the newest and fails the check
 */
export async function fetchNewestCopy(
  places: Places,
  now: Date,
  options: CommandOptions,
): Promise<Origin> {
  if (await isNewestOnThisDisk(places, now, options)) {
    checkOnDisk(places.path)
    return { from: 'this-disk' }
  }
  clearRemains(places.path)
  for (const url of [places.replicaUrl, ...places.ancestors]) {
    if (await restoreChecked(url, places.path, options)) return { from: 'bucket', url }
  }
  return { from: 'nothing-yet' }
}

/**
 * Notes which replica the file belongs to, so that a later boot with another REPLICA_URL doesn't
 * take it for that one's newest state and replicate it over data that it has never seen.
 */
export function noteReplica(path: string, replicaUrl: string): void {
  writeFileSync(noteOf(path), replicaUrl)
}

async function isNewestOnThisDisk(
  { path, replicaUrl, ancestors }: Places,
  now: Date,
  options: CommandOptions,
): Promise<boolean> {
  if (!statSync(path, { throwIfNoEntry: false })?.size) return false
  // Litestream would not object to an older file: it writes it over the newer state.
  const isItsSource = replicaOf(path) === replicaUrl
  if (isItsSource && localTxid(path) >= (await newestTxid(replicaUrl, options))) return true
  if (!isItsSource && (await areEmpty([replicaUrl, ...ancestors], options))) return true
  setAside(path, now)
  return false
}

async function areEmpty(urls: string[], options: CommandOptions): Promise<boolean> {
  for (const url of urls) {
    if ((await newestTxid(url, options)) > 0) return false
  }
  return true
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

async function restoreChecked(url: string, path: string, options: CommandOptions) {
  const restored = `${path}.restored`
  for (const file of filesOf(restored)) rmSync(file, { force: true })
  rmSync(`${restored}.tmp`, { force: true })
  if (!(await restoreReplica(url, restored, options))) return false
  try {
    checkDatabase(restored)
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error
    throw new ReplicationProblem('replica-damaged', url, error.message)
  }
  renameSync(restored, path)
  return true
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

function replicaOf(path: string): string | null {
  try {
    return readFileSync(noteOf(path), 'utf8')
  } catch {
    return null
  }
}
