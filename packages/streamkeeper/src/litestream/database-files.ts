import { copyFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { noteCopy, removeNote } from './copy-notes.ts'
import { forgetPositions } from './local-position.ts'

/** The files that had to make way, and may hold what no replica has: an operator decides about them. */
export function setAsideFiles(path: string): { path: string; bytes: number }[] {
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}${asideMark}`) && !/-(wal|shm)$/.test(name))
    .map((name) => join(dirname(path), name))
    .map((found) => ({ path: found, bytes: statSync(found).size }))
}

const asideMark = '.set-aside-'

/** Moves the file away, with its WAL. */
export function setAside(path: string, now: Date): void {
  const aside = `${path}${asideMark}${now.toISOString().replaceAll(':', '')}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (statSync(path + suffix, { throwIfNoEntry: false }))
      renameSync(path + suffix, aside + suffix)
  }
}

/** Removes the file, and what would be taken for part of the next one. */
export function clearRemains(path: string): void {
  clearFiles(path)
  removeNote(path)
  forgetPositions(path)
}

/** Removes the file with its WAL. */
export function clearFiles(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
}

/** A file that is to take the place of another, at a transaction of the replica. */
export type Restored = { file: string; txid: number }

/** Where a file is made that is to take the place of the one at `path`. */
export function restoredOf(path: string): string {
  return `${path}.restored`
}

export function copyOf(path: string, to: string): void {
  clearFiles(to)
  copyFileSync(path, to)
}

// What this process has written to it, a migration, is in its WAL.
export function putInPlace(path: string, replicaUrl: string, { file, txid }: Restored): void {
  if (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size)
    renameSync(`${file}-wal`, `${path}-wal`)
  renameSync(file, path)
  noteCopy(path, replicaUrl, txid)
}
