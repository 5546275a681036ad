import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { migrateDatabase, NewerSchema } from '../sqlite/migrate.ts'
import { type Database, openDatabase } from '../sqlite/open.ts'
import { OperatorError } from './operator-error.ts'

/** A SQLite file that becomes what a PostgreSQL database has. */
export type WorkFile = Disposable & {
  path: string
  client: Sqlite.Database
  /** All of it is in the file then, and nothing beside it. */
  close(): void
}

/**
 * Opens the file for the database `name`, made and migrated where there is none: an earlier move may
 * have been interrupted, or have been the first of two.
 */
export function openWorkFile(app: AppSchema, folder: string, name: string): WorkFile {
  mkdirSync(folder, { recursive: true })
  const id = createHash('sha256').update(name).digest('hex').slice(0, 12)
  const path = join(folder, `${id}.db`)
  try {
    const { $client: client } = openMigrated(path, app)
    const close = () => {
      client.close()
    }
    return { path, client, close, [Symbol.dispose]: close }
  } catch (error) {
    const isOther = error instanceof Sqlite.SqliteError && error.code === 'SQLITE_NOTADB'
    if (!isOther && !(error instanceof NewerSchema)) throw error
    throw new OperatorError(
      `${path} can't be used: ${error.message} Remove it, or name another --work.`,
    )
  }
}

/** Opens a SQLite file that nobody else uses, migrated to this release. */
export function openMigrated(path: string, app: AppSchema): Database {
  const database = openDatabase(path)
  try {
    // Nobody replicates it, and so its WAL may be emptied.
    database.$client.pragma('wal_autocheckpoint = 1000')
    migrateDatabase(database, app)
    return database
  } catch (error) {
    database.$client.close()
    throw error
  }
}
