import { setTimeout as sleep } from 'node:timers/promises'
import { pauseAfter, retry } from '../retry.ts'
import type { Lifecycle } from '../server/lifecycle.ts'
import { log } from '../server/log.ts'
import { News } from '../server/news.ts'
import { NewerSchema } from '../sqlite/migrate.ts'
import { migrateDatabase, mustBeMigrated, refuseHalfMoved } from './migrate.ts'
import type { NewerData } from './newer-data.ts'
import type { Database } from './open.ts'
import { PostgresProblem, plainError } from './problem.ts'

type Preparing = {
  signal: AbortSignal
  /** Whether the database may be changed; it is everybody's. */
  mayMigrate: boolean
  allowedMigration: string | null
  newer: Pick<NewerData, 'mustBeReadable'>
}

/**
 * Connects and migrates, again for as long as the database can't be used; the probes and the log say
 * why meanwhile.
 *
 * @param migrations their folder
 * @throws {NewerSchema} if a newer release has migrated it to what this one can't read
 */
export async function prepareDatabase(
  database: Database,
  migrations: string,
  lifecycle: Lifecycle,
  { signal, mayMigrate, allowedMigration, newer }: Preparing,
): Promise<void> {
  const step = 'database'
  lifecycle.enter({ name: 'starting', step, problem: null })
  const migrate = async () => {
    signal.throwIfAborted()
    try {
      if (mayMigrate) await migrateDatabase(database, migrations, { allowedMigration })
      else await mustBeMigrated(database, migrations)
    } catch (error) {
      // What a newer release has left in place can be gone on with.
      if (!(error instanceof NewerSchema)) throw plainError(error)
    }
    try {
      await newer.mustBeReadable()
      await refuseHalfMoved(database)
    } catch (error) {
      throw plainError(error)
    }
  }
  const news = new News()
  await retry(migrate, async (error, failures) => {
    if (!(error instanceof PostgresProblem)) throw error
    const { code, summary, message } = error
    lifecycle.enter({ name: 'starting', step, problem: summary })
    if (news.isNew(code)) log('ERROR', message, { step, code })
    await sleep(pauseAfter(failures, 500, 2_000), undefined, { signal })
  })
}
