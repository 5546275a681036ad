import { closeSync, copyFileSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'

/**
 * Makes a consistent copy of a SQLite database that may be in use, at the new file `to`, and leaves
 * the original and what is beside it as they are.
 *
 * @throws {Error} if the file isn't a database, or can't be read
 */
export async function takeCopy(file: string, to: string): Promise<void> {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`)
  if (!statSync(file).isFile()) throw new Error(`${file} is not a file: name a SQLite database.`)
  const header = readHeader(file)
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    throw new Error(`${file} is not a SQLite database.`)
  }
  // https://sqlite.org/fileformat.html#file_format_version_numbers
  const isWal = header[18] === 2
  if (isWal && copyUnused(file, to)) return
  const client = new Sqlite(file, { readonly: true })
  try {
    // All at once: a copy in steps begins again each time that somebody writes.
    await client.backup(to, { progress: () => 0x7fffffff })
  } finally {
    client.close()
  }
}

// SQLite itself would leave two files beside a database in WAL mode that it may only read.
function copyUnused(file: string, to: string): boolean {
  const isUsed = () => existsSync(`${file}-wal`)
  const { mtimeMs } = statSync(file)
  if (isUsed()) return false
  copyFileSync(file, to)
  return !isUsed() && statSync(file).mtimeMs === mtimeMs
}

function readHeader(file: string): Buffer {
  const header = Buffer.alloc(100)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, header.length, 0)
  } finally {
    closeSync(descriptor)
  }
  return header
}
