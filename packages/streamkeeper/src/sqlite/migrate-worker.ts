import { parentPort, workerData } from 'node:worker_threads'
import { loadConfig } from '../load-config.ts'
import { MigrationProblem, migrateDatabase } from './migrate.ts'
import type { Order, Report } from './migrate-apart.ts'
import { openDatabase } from './open.ts'

const { path, folder, migrations } = workerData as Order
const say = (report: Report) => parentPort?.postMessage(report)

// Functions can't be handed to a thread.
const config = await loadConfig(folder)
const database = openDatabase(path)
try {
  const done = migrateDatabase(database, { folder, migrations, config }, (step) => say({ step }))
  // The WAL is in the file then.
  database.$client.close()
  say({ done })
} catch (error) {
  database.$client.close()
  if (!(error instanceof MigrationProblem)) throw error
  say({ problem: error.message })
}
