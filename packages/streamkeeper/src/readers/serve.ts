import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { App } from '../server/app.ts'
import { checkDataDirectory } from '../server/data-directory.ts'
import { drain } from '../server/drain.ts'
import { handleWith } from '../server/handle.ts'
import { listen } from '../server/http.ts'
import { Lifecycle } from '../server/lifecycle.ts'
import { log, reasonOf } from '../server/log.ts'
import { lookOnly } from '../server/look-only.ts'
import { Metrics } from '../server/metrics.ts'
import { serveMetrics } from '../server/metrics-server.ts'
import { preparePages } from '../server/pages.ts'
import { isPreview } from '../server/preview.ts'
import { Protection } from '../server/protect.ts'
import { requestLog } from '../server/request-log.ts'
import { publishRuntime } from '../server/runtime.ts'
import { unlessStopped } from '../server/stop-signal.ts'
import { strictClock } from '../server/strict-clock.ts'
import { schemaOf } from '../sqlite/app-schema.ts'
import { openStore } from '../stores/open-store.ts'
import { readReaderEnvironment } from './environment.ts'
import { Follower, followerTiming } from './follower.ts'
import { Gate } from './gate.ts'
import { replicatedTo, reportTo, shownStatus, statusOf } from './status.ts'
import { Writer } from './writer.ts'

const folder = process.cwd()

/**
 * Serves the app from a copy that follows the bucket, and has another service write, until `stop`
 * aborts. Any number of instances may do so: they only read the bucket.
 *
 * @param prepare makes what renders the pages
 */
export async function serve(
  stop: AbortController,
  config: Config,
  prepare = preparePages,
): Promise<void> {
  const environment = readReaderEnvironment(process.env)
  const { replicaUrl: base, instance, port, metricsPort, writerUrl } = environment
  const stopped = stop.signal
  checkDataDirectory(environment.dataDirectory)
  const lifecycle = new Lifecycle()
  // A list that hangs holds up the look that it belongs to.
  const store = openStore(base, 10_000)
  const follower: Follower = new Follower({
    ...{ store, base },
    folder: join(environment.dataDirectory, 'reader'),
    app: schemaOf(config, folder),
    timing: followerTiming,
    clock: strictClock(),
    onChange: reportTo(lifecycle, () => gate.isOpen && follower.position !== null),
  })
  const app = App.read(config, folder, environment.development)
  const writer = new Writer(writerUrl, environment.forwardToken)
  const gate: Gate = new Gate(follower, writer)
  const metrics = new Metrics(config.name)
  const onlyLooks = (request: IncomingMessage) => isPreview(request, environment.previews)
  const parts = { lifecycle, follower, store, base, instance, writerUrl }
  publishRuntime({
    replicated: () => replicatedTo(parts),
    status: () => shownStatus(parts),
    writer,
  })
  const server = await listen(port, lifecycle, {
    keepAliveSeconds: environment.keepAliveSeconds,
    // Whoever forwards to a reader is believed as little as anybody else.
    protection: new Protection(app, { ...environment, forwardToken: null }),
    observe: requestLog(environment.project, (...answered) => metrics.request(...answered)),
    serve: lookOnly(onlyLooks, (...request) => gate.serve(...request)),
  })
  if (metricsPort !== null) {
    const text = async () => metrics.text(await statusOf(parts), { count: () => 0 })
    await serveMetrics(metricsPort, null, text)
  }

  const ended = new AbortController()
  const following = follower.run(ended.signal)
  following.catch((error) => {
    log('CRITICAL', `The bucket can not be followed any more: ${reasonOf(error)}`)
    stop.abort(error)
  })
  try {
    const prepared = prepare(folder, { ...environment, httpServer: server })
    const [next] = await unlessStopped(stopped, [prepared])
    gate.open(handleWith(app, next, { isPreview: onlyLooks }))
    if (follower.position) lifecycle.enter({ name: 'following', problem: null })
    log('INFO', `Reading what ${writerUrl.origin} writes.`)

    if (!stopped.aborted) await once(stopped, 'abort')
    lifecycle.drain()
    await drain(server, 5_000)
  } finally {
    ended.abort()
    await following
  }
  writer.close()
  lifecycle.enter({ name: 'stopped' })
  log('INFO', 'Stopped.')
}
