import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { connectLitestream } from '../litestream/litestream.ts'
import { originInWords } from '../litestream/newest-copy.ts'
import { forgoRestore, prepareRestore } from '../litestream/restore-apart.ts'
import { lastTimes, timed } from '../litestream/timed.ts'
import { assemble } from './assemble.ts'
import { checkDataDirectory } from './data-directory.ts'
import { drain } from './drain.ts'
import { readEnvironment } from './environment.ts'
import { handleWith } from './handle.ts'
import { listen } from './http.ts'
import { LiveFacts } from './live-facts.ts'
import { log } from './log.ts'
import { preparePages } from './pages.ts'
import { publishRuntime } from './runtime.ts'
import { writeScope } from './scopes.ts'
import { refuseUnfit, Steps } from './steps.ts'
import { unlessStopped } from './stop-signal.ts'

const folder = process.cwd()

/** Serves the app that `config` describes on SQLite until `stop` aborts. */
export async function serve(stop: AbortController, config: Config): Promise<void> {
  const environment = readEnvironment(process.env)
  const stopped = stop.signal
  prepareRestore()
  checkDataDirectory(environment.dataDirectory)
  const litestream = await connectLitestream(environment.socketPath)
  const parts = assemble(environment, config, litestream, folder, stop)
  const {
    lifecycle,
    lease,
    store,
    database,
    leadership,
    gate,
    served,
    protection,
    events,
    monitoring,
  } = parts
  const live = new LiveFacts(parts)
  publishRuntime({
    whileLeading: (job) =>
      leadership.whileLeading((signal) => writeScope(database, leadership, () => job(signal))),
    replicated: () => live.replicated(),
    status: () => monitoring.status(),
  })
  const server = await listen(environment.port, lifecycle, {
    keepAliveSeconds: environment.keepAliveSeconds,
    protection,
    observe: monitoring.observe,
    serve: (...request) => gate.serve(...request),
  })
  await monitoring.serve(environment)

  const steps = new Steps(lifecycle, stopped)
  const looked = Promise.withResolvers<void>()
  const restore = async () => {
    const [view] = await Promise.all([timed('lease', () => lease.read()), refuseUnfit(store)])
    looked.resolve()
    // Its startup probe fails, and the release before goes on.
    if (lease.bar?.code === 'breaking-migration') throw lease.bar
    return database.restore(view).finally(forgoRestore)
  }
  const [origin, next] = await unlessStopped(stopped, [
    steps.untilDone('restore', restore),
    // Loading Next keeps this process busy, and the restore, another one, is begun before.
    Promise.race([looked.promise, sleep(200)]).then(() =>
      preparePages(folder, { ...environment, httpServer: server }),
    ),
  ])
  gate.open(handleWith(served, next))
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
