import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'
import { configFile, loadConfig } from '../load-config.ts'
import { type AppSchema, schemaOf } from '../sqlite/app-schema.ts'
import { versionName } from '../sqlite/migrate.ts'
import { readMigrations } from '../sqlite/migration-files.ts'
import { appliedTo, planMigrations } from '../sqlite/migration-plan.ts'

/** The app: beside this one in the image, whose folder above is it in the sources. */
const folder =
  [import.meta.dirname, join(import.meta.dirname, '../../../..')].find(configFile) ?? process.cwd()

export const app: AppSchema = schemaOf(await loadConfig(folder), folder)

export type Migrated = {
  applied: number
  /** How many the app applies when it next starts with this database. */
  pending: number
  /** What the database has that this release doesn't, by the time of its making. */
  unknown: string[]
}

/** Compares the migrations that the database has with those of this release. */
export function compareMigrations(client: Sqlite.Database, folder: string | null): Migrated {
  const applied = appliedTo(client)
  const { pending, unknown } = planMigrations(readMigrations(folder), applied)
  return {
    applied: applied.length - unknown.length,
    pending: pending.length,
    unknown: unknown.map(({ at }) => versionName(at)),
  }
}
