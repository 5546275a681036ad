import { readdirSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ltxName } from './ltx/file-name.ts'

/**
 * The newest transaction of the database file at `path` that Litestream has taken note of on this
 * disk; 0 if it has never seen the file.
 */
export function localTxid(path: string): number {
  const newest = list(folderOf(path)).map(
    (name) => /^[0-9a-f]{16}-([0-9a-f]{16})\.ltx$/.exec(name)?.[1],
  )
  return Math.max(0, ...newest.map((txid) => Number.parseInt(txid ?? '0', 16)))
}

/** Whether Litestream has on this disk what comes after transaction `txid`, and the last one in any case. */
export function hasFilesSince(path: string, txid: number): boolean {
  const there = new Set(list(folderOf(path)))
  const newest = localTxid(path)
  for (let next = Math.min(txid + 1, newest); next <= newest; next++) {
    if (!there.has(ltxName(next))) return false
  }
  return newest > 0
}

/** How much Litestream has noted there, in bytes: of a file that it has just begun with, what it uploads. */
export function localBytes(path: string): number {
  const folder = folderOf(path)
  return list(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

/** Removes what Litestream noted of an earlier file at `path`, as `litestream reset` does. */
export function forgetPositions(path: string): void {
  rmSync(positionsOf(path), { recursive: true, force: true })
}

function folderOf(path: string): string {
  return join(positionsOf(path), 'ltx', '0')
}

/** Litestream's folder for the database file at `path`. */
export function positionsOf(path: string): string {
  return join(dirname(path), `.${basename(path)}-litestream`)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
