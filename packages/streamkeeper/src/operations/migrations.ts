import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { versionName } from '../sqlite/migrate.ts'
import { readMigrations } from '../sqlite/migration-files.ts'
import { appliedTo, planMigrations } from '../sqlite/migration-plan.ts'

/** The folder of the migrations: beside this one in the sources, in the app's own in the image. */
export const migrationsFolder =
  [
    join(import.meta.dirname, 'db/migrations'),
    join(import.meta.dirname, '../../../../db/migrations'),
  ].find(existsSync) ?? 'db/migrations'

export type Migrated = {
  applied: number
  /** How many the app applies when it next starts with this database. */
  pending: number
  /** What the database has that this release doesn't, by the time of its making. */
  unknown: string[]
}

/** Compares the migrations that the database has with those of this release. */
export function compareMigrations(client: Sqlite.Database, folder: string): Migrated {
  const applied = appliedTo(client)
  const { pending, unknown } = planMigrations(readMigrations(folder), applied)
  return {
    applied: applied.length - unknown.length,
    pending: pending.length,
    unknown: unknown.map(({ at }) => versionName(at)),
  }
}
