import { closeSync, copyFileSync, existsSync, openSync, readSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { type AppSchema, callNow } from '../sqlite/app-schema.ts'
import { NewerSchema } from '../sqlite/migrate.ts'
import { migrateApart } from '../sqlite/migrate-apart.ts'
import { type Examined, examine } from './examine.ts'
import { mustBeText } from './must-be-text.ts'
import type { Progress } from './progress.ts'

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

/**
 * Checks all of the database file at `path`, a copy of `original`, and migrates it to this release.
 *
 * @throws {Error} if it is damaged, not this app's, of a newer release, or has text that is none
 */
export async function prepareCopy(
  path: string,
  original: string,
  app: AppSchema,
  progress: Progress,
): Promise<Examined> {
  const { findings } = examine(path, progress)
  if (findings.length > 0) {
    throw new Error(`${original} fails SQLite's check: ${findings.join('; ')}.`)
  }
  verifyIsOurs(path, original, app)
  try {
    await migrateApart(path, app, (words) => progress.say(words))
  } catch (error) {
    if (!(error instanceof NewerSchema)) throw error
    throw new Error(`${error.message} Bring ${original} in with that release, or a newer one.`)
  }
  const client = new Sqlite(path, { readonly: true })
  try {
    mustBeText(client, original, app.config.schema)
  } finally {
    client.close()
  }
  return examine(path, progress)
}

function verifyIsOurs(path: string, original: string, { config }: AppSchema): void {
  const client = new Sqlite(path, { readonly: true })
  try {
    callNow('verify', () => config.verify?.(client))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${original} is not a database of this app: ${reason}`, { cause: error })
  } finally {
    client.close()
  }
}
