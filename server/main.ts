import { once } from 'node:events'
import { join } from 'node:path'
import { migrateDatabase } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { connectLitestream, type Litestream } from '../replication/litestream.ts'
import { fetchNewestCopy, originInWords } from '../replication/newest-copy.ts'
import { epochUrl } from '../replication/replica-url.ts'
import { Replication } from '../replication/replication.ts'
import { checkDataDirectory } from './data-directory.ts'
import { drain } from './drain.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { listen } from './http.ts'
import { Lifecycle } from './lifecycle.ts'
import { log } from './log.ts'
import { preparePages } from './pages.ts'
import { publishRuntime } from './runtime.ts'
import { Steps } from './steps.ts'
import { StopRequested, stopOnSignals, unlessStopped } from './stop-signal.ts'
import { watchReplication } from './watch-replication.ts'

// Leaderships will be numbered once a lease hands them out; with one instance there is one.
const epoch = 1

const folder = process.cwd()
const stop = stopOnSignals()
try {
  await serve(readEnvironment(process.env), stop.signal)
} catch (error) {
  if (error !== stop.signal.reason) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    log('CRITICAL', message, { stack })
  }
  stop.abort(error)
}
// Not 143: after any other code than 0 Litestream skips its final sync.
process.exit(stop.signal.reason instanceof StopRequested ? 0 : 1)

async function serve(environment: Environment, stopped: AbortSignal): Promise<void> {
  checkDataDirectory(environment.dataDirectory)
  const litestream = await connectLitestream(environment.socketPath)
  const lifecycle = new Lifecycle()
  const server = await listen(environment.port, lifecycle)

  // The database first: its restore is a process of its own, and loading Next keeps this one busy.
  const [{ database, replication }, pages] = await unlessStopped(stopped, [
    bringUpDatabase(environment, litestream, new Steps(lifecycle, stopped)),
    preparePages(folder, { ...environment, httpServer: server }),
  ])
  publishRuntime({ database: () => database, durable: () => replication.durable() })
  lifecycle.enter({ name: 'leading', epoch, replication, pages })
  log('INFO', 'Ready.', { startMs: Math.round(performance.now()) })

  watchReplication(replication, stopped).catch((error) => stop.abort(error))
  if (!stopped.aborted) await once(stopped, 'abort')

  lifecycle.enter({ name: 'stopping', pages })
  await drain(server, 5_000)
  database.$client.close()
  await replication.stop(4_000)
  log('INFO', 'Stopped. Everything is in the bucket.')
}

async function bringUpDatabase(
  { databasePath: path, replicaUrl: base }: Environment,
  litestream: Litestream,
  steps: Steps,
) {
  const replicaUrl = epochUrl(base, epoch)
  const places = { path, replicaUrl, ancestors: [base] }
  const patience = { signal: stop.signal, stallMs: 15_000 }
  const replication = new Replication(litestream, { path, replicaUrl })

  const origin = await steps.untilDone('restore', () =>
    fetchNewestCopy(places, new Date(), patience),
  )
  log('INFO', originInWords(origin), origin)
  const database = await steps.once('open', () => openDatabase(path))
  await steps.once('migrate', () => migrateDatabase(database, join(folder, 'db/migrations')))
  await steps.untilDone('replicate', () => replication.start(30_000))
  return { database, replication }
}
