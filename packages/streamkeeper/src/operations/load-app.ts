import type Sqlite from 'better-sqlite3'
import type { Config } from '../config.ts'
import { configFile, loadConfig } from '../load-config.ts'
import { type AppSchema, schemaOf } from '../sqlite/app-schema.ts'
import { versionName } from '../sqlite/migrate.ts'
import { appliedTo, planMigrations, readMigrations } from '../sqlite/migrations.ts'

/** The app whose data a command works on. */
export type App = AppSchema & { config: Config }

/**
 * Loads the app's configuration: what is beside the command in the image, or in the working folder.
 *
 * @throws {Error} if there is none, or it is wrong
 */
export async function loadApp(): Promise<App> {
  const folder = configFile(import.meta.dirname) ? import.meta.dirname : process.cwd()
  const config = await loadConfig(folder)
  return { ...schemaOf(config, folder), config }
}

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
