import { once } from 'node:events'
import { join } from 'node:path'
import { migrateDatabase } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/open.ts'
import { connectLitestream, type Litestream } from '../replication/litestream.ts'
import { fetchNewestCopy, originInWords } from '../replication/newest-copy.ts'
import { epochUrl } from '../replication/replica-url.ts'
import { type Replicated, startReplication, stopReplication } from '../replication/replicate.ts'
import { checkDataDirectory } from './data-directory.ts'
import { drain } from './drain.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { listen } from './http.ts'
import { Lifecycle } from './lifecycle.ts'
import { log } from './log.ts'
import { preparePages } from './pages.ts'
import { publishRuntime } from './runtime.ts'
import { Steps } from './steps.ts'
import { stopSignal, unlessStopped } from './stop-signal.ts'

// Leaderships will be numbered once a lease hands them out; with one instance there is one.
const epoch = 1

const folder = process.cwd()
const stop = stopSignal()
try {
  await serve(readEnvironment(process.env))
} catch (error) {
  if (error !== stop.reason) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    log('CRITICAL', message, { stack })
  }
  if (!stop.aborted) process.exit(1)
}
// Not 143: after any other code than 0 Litestream skips its final sync.
process.exit(0)

async function serve(environment: Environment): Promise<void> {
  const { databasePath: path, replicaUrl: base } = environment
  const replicated = { path, replicaUrl: epochUrl(base, epoch) }

  checkDataDirectory(environment.dataDirectory)
  const litestream = await connectLitestream(environment.socketPath)
  const lifecycle = new Lifecycle()
  const server = await listen(environment.port, lifecycle)

  // The database first: its restore is a process of its own, and loading Next keeps this one busy.
  const [database, pages] = await unlessStopped(stop, [
    bringUpDatabase(litestream, replicated, base, new Steps(lifecycle, stop)),
    preparePages(folder, { ...environment, httpServer: server }),
  ])
  publishRuntime({ database: () => database })
  lifecycle.enter({ name: 'leading', epoch, database, pages })
  log('INFO', 'Ready.', { startMs: Math.round(performance.now()) })

  if (!stop.aborted) await once(stop, 'abort')
  lifecycle.enter({ name: 'stopping', pages })
  await drain(server, 5_000)
  database.$client.close()
  await stopReplication(litestream, replicated, 4_000)
  log('INFO', 'Stopped. Everything is in the bucket.')
}

async function bringUpDatabase(
  litestream: Litestream,
  { path, replicaUrl }: Replicated,
  base: string,
  steps: Steps,
): Promise<Database> {
  const places = { path, replicaUrl, ancestors: [base] }
  const patience = { signal: stop, stallMs: 15_000 }

  const origin = await steps.untilDone('restore', () =>
    fetchNewestCopy(places, new Date(), patience),
  )
  log('INFO', originInWords(origin), origin)
  const database = await steps.once('open', () => openDatabase(path))
  await steps.once('migrate', () => migrateDatabase(database, join(folder, 'db/migrations')))
  await steps.untilDone('replicate', () =>
    startReplication(litestream, { path, replicaUrl }, 30_000),
  )
  return database
}
