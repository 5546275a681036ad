import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { removeNote } from './copy-notes.ts'
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
