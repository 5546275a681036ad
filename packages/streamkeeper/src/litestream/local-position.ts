import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { headerBytes, LtxDamaged, ltxName, readHeader } from './ltx/format.ts'
import { readWalHeader, walHeaderBytes } from './ltx/sqlite-headers.ts'

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

/**
 * Whether the WAL of the database file at `path` ends before what Litestream has noted of it. A power cut
 * takes the end of the WAL, which SQLite has not synced, and leaves the notes, which Litestream has: it
 * would take the older state for the newest one.
 */
export function lacksNoted(path: string): boolean {
  const newest = localTxid(path)
  const noted = readStart(join(folderOf(path), ltxName(newest)), headerBytes)
  const wal = readStart(`${path}-wal`, walHeaderBytes)
  const walHeader = wal && readWalHeader(wal.start)
  if (!noted || !walHeader) return false
  try {
    const { walOffset, walSize, salts } = readHeader(noted.start)
    const isSame = salts[0] === walHeader.salts[0] && salts[1] === walHeader.salts[1]
    return isSame && wal.size < walOffset + walSize
  } catch (error) {
    if (error instanceof LtxDamaged) return true
    throw error
  }
}

/** How a file begins, and its size in bytes; null if there is none. */
export function readStart(path: string, length: number): { start: Buffer; size: number } | null {
  if (!statSync(path, { throwIfNoEntry: false })) return null
  const file = openSync(path, 'r')
  try {
    const start = Buffer.alloc(length)
    return { start: start.subarray(0, readSync(file, start)), size: fstatSync(file).size }
  } finally {
    closeSync(file)
  }
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
