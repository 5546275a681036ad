import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { forgetPositions, positionsOf, readStart } from '../local-position.ts'
import { emptyTransaction } from './empty-transaction.ts'
import { ltxName } from './format.ts'
import { readWalHeader, walFrameHeaderBytes, walHeaderBytes } from './sqlite-headers.ts'

/** Why it isn't certain where in the WAL a state ends. */
class Unknown extends Error {}

/**
 * Tells Litestream that the database at `path`, which is open with a WAL that holds all that was
 * written since state `txid`, is at that state at the beginning of its WAL: writes an empty
 * transaction `txid + 1` into Litestream's folder for the file, which is emptied before. It must
 * not be one that changes pages: Litestream compacts from its own files before the bucket's.
 *
 * @returns null if Litestream is told; else why it can't be, in words for the log
 */
export function beginAt(path: string, txid: number, now: number): string | null {
  try {
    const { pageSize, salts } = walOf(`${path}-wal`)
    const pages = pagesOf(path, pageSize)
    forgetPositions(path)
    note(path, txid + 1, emptyTransaction({ txid: txid + 1, pageSize, pages, salts, now }))
    return null
  } catch (error) {
    if (!(error instanceof Unknown) && !isFileProblem(error)) throw error
    // Never half a note.
    forgetPositions(path)
    return error.message
  }
}

function walOf(path: string): { pageSize: number; salts: [number, number] } {
  const wal = readStart(path, walHeaderBytes + walFrameHeaderBytes)
  if (!wal) throw new Unknown(`ENOENT: there is no ${path}`)
  const header = readWalHeader(wal.start)
  if (!header) throw new Unknown('the WAL has no valid header')
  const { pageSize, restarts, salts } = header
  // What it held before is in the database file by now.
  if (restarts > 0) throw new Unknown('the WAL was begun anew')
  if (wal.size < walHeaderBytes + walFrameHeaderBytes + pageSize)
    throw new Unknown('the WAL is empty')
  const frameSalts = [
    wal.start.readUInt32BE(walHeaderBytes + 8),
    wal.start.readUInt32BE(walHeaderBytes + 12),
  ]
  if (frameSalts[0] !== salts[0] || frameSalts[1] !== salts[1]) {
    throw new Unknown('the WAL begins with a frame of an earlier one')
  }
  return { pageSize, salts }
}

// Without opening it: who closes a file loses all locks that this process has on it, SQLite's too, and
// another process that closes the database may take itself for the last one, and remove the WAL.
// https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
function pagesOf(path: string, pageSize: number): number {
  const { size } = statSync(path)
  if (size === 0 || size % pageSize > 0) {
    throw new Unknown(`the file has ${size} bytes, no whole pages of ${pageSize}`)
  }
  return size / pageSize
}

function note(path: string, txid: number, bytes: Buffer): void {
  const folder = join(positionsOf(path), 'ltx', '0')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, ltxName(txid))
  writeFileSync(`${file}.tmp`, bytes, { flush: true })
  renameSync(`${file}.tmp`, file)
  syncFolder(folder)
}

function syncFolder(folder: string): void {
  const file = openSync(folder, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function isFileProblem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
