import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectLitestream } from '../replication/litestream.ts'
import { originInWords } from '../replication/newest-copy.ts'
import { lastTimes, timed } from '../replication/timed.ts'
import { answerPages } from './answer-pages.ts'
import { assemble } from './assemble.ts'
import { checkDataDirectory } from './data-directory.ts'
import { drain } from './drain.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { listen } from './http.ts'
import { log } from './log.ts'
import { preparePages } from './pages.ts'
import { publishRuntime } from './runtime.ts'
import { Steps } from './steps.ts'
import { StopRequested, stopOnSignals, unlessStopped } from './stop-signal.ts'

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
  const parts = assemble(environment, litestream, folder, stop)
  const { lifecycle, lease, database, leadership, gate, admin, protection, events, monitoring } =
    parts
  publishRuntime({
    database: () => database.open,
    durable: () => leadership.durable(),
    status: () => monitoring.status(),
    admin,
  })
  const server = await listen(environment.port, lifecycle, {
    protection,
    observe: monitoring.observe,
    serve: (...request) => gate.serve(...request),
  })
  await monitoring.serve(environment)

  const steps = new Steps(lifecycle, stopped)
  const looked = Promise.withResolvers<void>()
  const restore = async () => {
    const view = await timed('lease', () => lease.look())
    looked.resolve()
    return database.restore(view)
  }
  const [origin, pages] = await unlessStopped(stopped, [
    steps.untilDone('restore', restore),
    // Loading Next keeps this process busy, and the restore, another one, is begun before.
    Promise.race([looked.promise, sleep(200)]).then(() =>
      preparePages(folder, { ...environment, httpServer: server }),
    ),
  ])
  gate.open(answerPages(database, pages))
  // From here on the gate decides: the first request that writes makes this instance lead.
  lifecycle.enter({ name: 'following', problem: null })
  const startMs = Math.round(performance.now())
  log('INFO', originInWords(origin), { ...origin, startMs, steps: lastTimes() })
  events.note('started', `${originInWords(origin)} Ready after ${startMs} ms.`)

  if (!stopped.aborted) await once(stopped, 'abort')
  lifecycle.drain()
  await drain(server, 5_000)
  await leadership.end()
  database.close()
  lifecycle.enter({ name: 'stopped' })
  log('INFO', 'Stopped.')
}
