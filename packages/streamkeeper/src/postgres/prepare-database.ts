import { setTimeout as sleep } from 'node:timers/promises'
import { pauseAfter, retry } from '../retry.ts'
import type { Lifecycle } from '../server/lifecycle.ts'
import { log } from '../server/log.ts'
import { News } from '../server/news.ts'
import { migrateDatabase, mustBeMigrated, refuseHalfMoved } from './migrate.ts'
import type { Database } from './open.ts'
import { PostgresProblem, plainError } from './problem.ts'

/**
 * Connects and migrates, again for as long as the database can't be used; the probes and the log say
 * why meanwhile.
 *
 * @param migrations their folder
 * @param options.mayMigrate whether the database may be changed; it is everybody's
 * @throws {NewerSchema} if a newer release has migrated it
 */
export async function prepareDatabase(
  database: Database,
  migrations: string,
  lifecycle: Lifecycle,
  { signal, mayMigrate = true }: { signal: AbortSignal; mayMigrate?: boolean },
): Promise<void> {
  const step = 'database'
  lifecycle.enter({ name: 'starting', step, problem: null })
  const migrate = async () => {
    signal.throwIfAborted()
    try {
      if (mayMigrate) await migrateDatabase(database, migrations)
      else await mustBeMigrated(database, migrations)
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
