import { parentPort, workerData } from 'node:worker_threads'
import { MigrationProblem, migrateDatabase } from './migrate.ts'
import type { Order, Report } from './migrate-apart.ts'
import { openDatabase } from './open.ts'

const { path, folder } = workerData as Order
const say = (report: Report) => parentPort?.postMessage(report)

const database = openDatabase(path)
try {
  const done = migrateDatabase(database, folder, (step) => say({ step }))
  // The WAL is in the file then.
  database.$client.close()
  say({ done })
} catch (error) {
  database.$client.close()
  if (!(error instanceof MigrationProblem)) throw error
  say({ problem: error.message })
}
