import { resolve } from 'node:path'
import type { Pool } from 'pg'
import type { Config, Connection } from './config.ts'
import { schemaOf } from './sqlite/app-schema.ts'
import { type Breaking, findBreaking } from './sqlite/breaking-migrations.ts'
import { migrateDatabase } from './sqlite/migrate.ts'
import { readMigrations } from './sqlite/migrations.ts'
import { openDatabase } from './sqlite/open.ts'
import type { Databases as TestPostgres } from './test-tools/test-postgres.ts'

export type { TestPostgres }

/**
 * Opens a database file as the server does, for tests and tools: with its settings, and migrated.
 *
 * @param path a file that nobody else uses, made where there is none; `:memory:` for none
 * @param folder where the app is
 * @throws {Error} if a migration can't be applied: nothing is changed then
 */
export function openMigrated(path: string, config: Config, folder = process.cwd()): Connection {
  const database = openDatabase(path)
  try {
    migrateDatabase(database, schemaOf(config, folder))
    return database.$client
  } catch (error) {
    database.$client.close()
    throw error
  }
}

/**
 * Starts a PostgreSQL for tests, by the programs in the folder that `POSTGRES_BIN` names. Where
 * `TEST_POSTGRES_PORT` names one that runs already, the tests have databases of their own there.
 */
export async function startPostgres(): Promise<TestPostgres> {
  // Not every app has pg.
  const { databasesForTests } = await import('./test-tools/test-postgres.ts')
  return databasesForTests()
}

/**
 * Connects to PostgreSQL as the server does, with the app's tables there.
 *
 * @param folder where the app is
 * @throws {Error} if a migration can't be applied
 */
export async function openMigratedPostgres(
  url: string,
  config: Config,
  folder = process.cwd(),
): Promise<Pool> {
  if (!config.postgres) throw new Error('The configuration has no "postgres".')
  const { openPostgres } = await import('./postgres/open.ts')
  const { migrateDatabase } = await import('./postgres/migrate.ts')
  const database = openPostgres(url, config.name)
  try {
    await migrateDatabase(database, resolve(folder, config.postgres.migrations))
    return database.$client
  } catch (error) {
    await database.$client.end()
    throw error
  }
}

/**
 * What the app's migrations took from a release before them, each with all that came before it; empty where a
 * release can always be followed by the next without a pause.
 *
 * @param folder where the app is
 */
export function breakingMigrations(config: Config, folder = process.cwd()): Breaking[] {
  const all = readMigrations(schemaOf(config, folder).migrations)
  return all.flatMap((_, count) => findBreaking(all.slice(0, count), all.slice(count)) ?? [])
}
