import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** The folder of the migrations: beside this one in the sources, in the app's own in the image. */
export const migrationsFolder =
  [join(import.meta.dirname, 'db/migrations'), join(import.meta.dirname, '../db/migrations')].find(
    existsSync,
  ) ?? 'db/migrations'

export type Migrated = {
  applied: number
  /** How many the app applies when it next starts with this database. */
  pending: number
  /** What the database has that this release doesn't, by the time of its making. */
  unknown: string[]
}

/** Compares the migrations that the database has with those of this release. */
export function compareMigrations(client: Sqlite.Database, folder: string): Migrated {
  const known = readMigrationFiles({ migrationsFolder: folder })
  const hashes = new Set(known.map(({ hash }) => hash))
  const rows = appliedMigrations(client)
  const unknown = rows.filter(({ hash }) => !hashes.has(hash))
  return {
    applied: rows.length - unknown.length,
    pending: known.filter(({ hash }) => !rows.some((row) => row.hash === hash)).length,
    unknown: unknown.map((row) => new Date(Number(row.created_at)).toISOString()),
  }
}

function appliedMigrations(client: Sqlite.Database) {
  const table = client.prepare(`select 1 from sqlite_master where name = '__drizzle_migrations'`)
  if (table.get() === undefined) return []
  const all = client.prepare('select hash, created_at from __drizzle_migrations')
  return all.all() as { hash: string; created_at: number }[]
}
