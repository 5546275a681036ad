import type { Lifecycle } from '../server/lifecycle.ts'
import { log } from '../server/log.ts'
import { retry } from '../server/retry.ts'
import { refuseHalfMoved } from './half-moved.ts'
import { migrateDatabase } from './migrate.ts'
import type { Database } from './open.ts'
import { PostgresProblem, plainError } from './problem.ts'

/**
 * Connects and migrates, again for as long as the database can't be used; the probes and the log say
 * why meanwhile.
 *
 * @param migrations their folder
 * @throws {NewerSchema} if a newer release has migrated it
 */
export async function prepareDatabase(
  database: Database,
  migrations: string,
  lifecycle: Lifecycle,
  signal: AbortSignal,
): Promise<void> {
  const step = 'database'
  lifecycle.enter({ name: 'starting', step, problem: null })
  const migrate = async () => {
    try {
      await migrateDatabase(database, migrations)
      await refuseHalfMoved(database)
    } catch (error) {
      throw plainError(error)
    }
  }
  await retry(migrate, PostgresProblem, {
    signal,
    onFailure: ({ code, inWords, message }, pauseMs) => {
      lifecycle.enter({ name: 'starting', step, problem: inWords })
      log('ERROR', message, { step, code, retryInMs: pauseMs })
    },
  })
}
