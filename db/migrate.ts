import { sql } from 'drizzle-orm'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import type { Database } from './open.ts'

/** The database was migrated by a newer release than this one. */
export class NewerSchema extends Error {
  readonly code = 'newer-schema'
  readonly database: string
  readonly known: string

  constructor(database: string, known: string) {
    super(`The database is at migration ${database}, and this release knows none after ${known}.`)
    this.database = database
    this.known = known
  }
}

/**
 * Brings the schema up to this release's, in one transaction; does nothing where it is there.
 *
 * @param folder where drizzle-kit wrote the migrations
 * @throws {NewerSchema} before anything is changed
 */
export function migrateDatabase(database: Database, folder: string): void {
  if (compareSchema(database, folder) === 'newer') throw newerSchema(database, folder)
  migrate(database, { migrationsFolder: folder })
}

/** How the schema of a database that can only be read compares to this release's. */
export function compareSchema(database: Database, folder: string): 'older' | 'same' | 'newer' {
  const [known, applied] = [newestMigration(folder), appliedMigration(database)]
  return applied === known ? 'same' : applied < known ? 'older' : 'newer'
}

/** What to say where the schema of a database is newer than this release's. */
export function newerSchema(database: Database, folder: string): NewerSchema {
  return new NewerSchema(
    versionName(appliedMigration(database)),
    versionName(newestMigration(folder)),
  )
}

/** The newest migration in a folder, as drizzle-kit numbers them; 0 where there is none. */
export function newestMigration(folder: string): number {
  return Math.max(0, ...readMigrationFiles({ migrationsFolder: folder }).map((m) => m.folderMillis))
}

function appliedMigration(database: Database): number {
  const table = sql`select 1 from sqlite_master where name = '__drizzle_migrations'`
  if (database.get(table) === undefined) return 0
  const newest = sql`select max(created_at) as at from __drizzle_migrations`
  return Number(database.get<{ at: number | null }>(newest).at ?? 0)
}

/** Names a migration to people: drizzle-kit numbers them by the moment they were generated. */
export function versionName(millis: number): string {
  return new Date(millis).toISOString()
}
