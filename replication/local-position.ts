import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * The newest transaction of the database file at `path` that Litestream has taken note of on this
 * disk; 0 if it has never seen the file.
 */
export function localTxid(path: string): number {
  const folder = join(positionsOf(path), 'ltx', '0')
  const newest = list(folder).map((name) => /^[0-9a-f]{16}-([0-9a-f]{16})\.ltx$/.exec(name)?.[1])
  return Math.max(0, ...newest.map((txid) => Number.parseInt(txid ?? '0', 16)))
}

/** Removes what Litestream noted of an earlier file at `path`, as `litestream reset` does. */
export function forgetPositions(path: string): void {
  rmSync(positionsOf(path), { recursive: true, force: true })
}

/** Where Litestream keeps its notes of the database file at `path`. */
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
