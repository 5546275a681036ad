import Sqlite from 'better-sqlite3'
import { type AppSchema, callNow } from '../sqlite/app-schema.ts'
import { NewerSchema } from '../sqlite/migrate.ts'
import { migrateApart } from '../sqlite/migrate-apart.ts'
import { type Examined, examine } from './examine.ts'
import { mustBeText } from './must-be-text.ts'
import type { Progress } from './progress.ts'

/**
 * Checks all of the database file at `path`, a copy of `original`, and migrates it to this release.
 *
 * @throws {Error} if it is damaged, not this app's, of a newer release, or has text that is none
 */
export async function prepareCopy(
  path: string,
  original: string,
  app: AppSchema,
  progress: Progress,
): Promise<Examined> {
  const { findings } = examine(path, progress)
  if (findings.length > 0) {
    throw new Error(`${original} fails SQLite's check: ${findings.join('; ')}.`)
  }
  verifyIsOurs(path, original, app)
  try {
    await migrateApart(path, app, (words) => progress.say(words))
  } catch (error) {
    if (!(error instanceof NewerSchema)) throw error
    throw new Error(`${error.message} Bring ${original} in with that release, or a newer one.`)
  }
  const client = new Sqlite(path, { readonly: true })
  try {
    mustBeText(client, original, app.config.schema)
  } finally {
    client.close()
  }
  return examine(path, progress)
}

function verifyIsOurs(path: string, original: string, { config }: AppSchema): void {
  const client = new Sqlite(path, { readonly: true })
  try {
    callNow('verify', () => config.verify?.(client))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`${original} is not a database of this app: ${reason}`, { cause: error })
  } finally {
    client.close()
  }
}
