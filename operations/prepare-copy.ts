import { migrateDatabase, NewerSchema } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { type Examined, examine } from './examine.ts'
import type { Progress } from './progress.ts'

/**
 * Checks all of the database file at `path`, a copy of `original`, and migrates it to this release.
 *
 * @param migrations the folder of this release's
 * @throws {Error} if it is damaged, not this app's, or of a newer release
 */
export function prepareCopy(
  path: string,
  original: string,
  migrations: string,
  progress: Progress,
): Examined {
  const { findings, tables } = examine(path, progress)
  if (findings.length > 0) {
    throw new Error(`${original} fails SQLite's check: ${findings.join('; ')}.`)
  }
  if (tables.page_views === undefined) {
    throw new Error(`${original} has no table page_views: it is not a database of this app.`)
  }
  const database = openDatabase(path)
  try {
    migrateDatabase(database, migrations)
  } catch (error) {
    if (!(error instanceof NewerSchema)) throw error
    throw new Error(`${error.message} Bring ${original} in with that release, or a newer one.`)
  } finally {
    database.$client.close()
  }
  return examine(path, progress)
}
