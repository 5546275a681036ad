import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { migrateDatabase } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { migrationsFolder } from '../operations/migrations.ts'

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
export function openWorkFile(folder: string, name: string): WorkFile {
  mkdirSync(folder, { recursive: true })
  const id = createHash('sha256').update(name).digest('hex').slice(0, 12)
  const path = join(folder, `${id}.db`)
  const database = openDatabase(path)
  const client = database.$client
  const close = () => {
    client.close()
  }
  try {
    // Nobody replicates it, and so its WAL may be emptied.
    client.pragma('wal_autocheckpoint = 1000')
    migrateDatabase(database, migrationsFolder)
  } catch (error) {
    close()
    throw error
  }
  return { path, client, close, [Symbol.dispose]: close }
}
