import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'

/** What an app says of its tables. */
export type AppSchema = {
  folder: string
  /** Where drizzle-kit wrote its migrations; null where it has none, and makes its tables itself. */
  migrations: string | null
  config: Pick<Config, 'schema' | 'triggers' | 'beforeMigrations' | 'verify'>
}

export function schemaOf(
  config: AppSchema['config'] & Pick<Config, 'migrations'>,
  folder: string,
): AppSchema {
  const given = join(folder, config.migrations ?? 'db/migrations')
  const migrations = config.migrations !== undefined || existsSync(given) ? given : null
  return { folder, migrations, config }
}

/**
 * Calls a function of the app's that has to be done when it returns.
 *
 * @param name of it, in the app's configuration
 * @throws {Error} if it returns a promise: what it refuses later is refused too late
 */
export function callNow(name: string, call: () => unknown): void {
  const returned = call()
  if (!(returned instanceof Promise)) return
  returned.catch(() => {})
  throw new Error(
    `"${name}" of streamkeeper.config.ts returns a promise: it has to be done when it returns.`,
  )
}
