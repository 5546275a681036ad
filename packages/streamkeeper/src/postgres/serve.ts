import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config.ts'
import { App } from '../server/app.ts'
import { drain } from '../server/drain.ts'
import { handleWith } from '../server/handle.ts'
import { listen } from '../server/http.ts'
import { Lifecycle, type Problem } from '../server/lifecycle.ts'
import { log } from '../server/log.ts'
import { lookOnly } from '../server/look-only.ts'
import { serveMetrics } from '../server/metrics-server.ts'
import { preparePages } from '../server/pages.ts'
import { isPreview } from '../server/preview.ts'
import { Protection } from '../server/protect.ts'
import { requestLog } from '../server/request-log.ts'
import { publishRuntime, shared } from '../server/runtime.ts'
import { unlessStopped } from '../server/stop-signal.ts'
import { readEnvironment } from './environment.ts'
import { Gate, jobScope } from './gate.ts'
import { JobLeader } from './job-leader.ts'
import { Metrics } from './metrics.ts'
import { NewerData } from './newer-data.ts'
import { openPostgres } from './open.ts'
import { prepareDatabase } from './prepare-database.ts'
import { transientProblem } from './problem.ts'
import { Reachability } from './reachability.ts'
import { Standby } from './standby.ts'
import { replicated, statusOf, timelineOf } from './status.ts'

const folder = process.cwd()

/**
 * Serves the app on PostgreSQL until `stop` aborts. Any number of instances may do so at once: what is
 * committed is durable, and one of them runs the background jobs.
 *
 * @param prepare makes what renders the pages
 */
export async function serve(
  stop: AbortController,
  config: Config,
  prepare = preparePages,
): Promise<void> {
  if (!config.postgres) {
    throw new Error(
      'DATABASE_URL is set, and streamkeeper.config.ts has no "postgres": name the migrations and the schema there, or unset DATABASE_URL.',
    )
  }
  const environment = readEnvironment(process.env)
  const { instance, port, metricsPort, project } = environment
  const stopped = stop.signal
  const lifecycle = new Lifecycle()
  const database = openPostgres(environment.databaseUrl, config.name, environment.connections)
  const { readUrl, connections } = environment
  const reads = readUrl ? openPostgres(readUrl, config.name, connections) : null
  const standby = reads && new Standby(reads, database)
  shared.postgres = {
    pool: database.$client,
    onProblem: () => reachability.doubt(),
    standby: standby && standbyOf(standby),
  }
  const note = timelineOf(database, `${instance.revision} ${instance.instance}`)
  const migrations = resolve(folder, config.postgres.migrations)
  const newer = new NewerData(database, { ...config.postgres, migrations }, () => {
    if (lifecycle.state.name === 'serving') enterServing()
  })
  let away: Problem | null = null
  const enterServing = () => lifecycle.enter({ name: 'serving', problem: away ?? newer.problem })
  const reachability = new Reachability(database, (problem) => {
    away = problem?.summary ?? null
    enterServing()
    if (problem) log('ERROR', problem.message, { code: problem.code })
    else note('database-is-back', 'The database can be asked again.')
  })
  const gate = new Gate(reachability, newer, standby)
  const app = App.read(config, folder, environment.development)
  const metrics = new Metrics(config.name)
  const onlyLooks = (request: IncomingMessage) => isPreview(request, environment.previews)
  const jobs = new JobLeader(database, `${instance.instance} ${randomUUID()}`)
  publishRuntime({
    whileLeading: (job) => jobs.whileLeading((signal) => jobScope(() => job(signal))),
    replicated: () => replicated(reachability.isAway),
    status: () => statusOf(lifecycle, instance, database, newer),
  })
  const server = await listen(port, lifecycle, {
    keepAliveSeconds: environment.keepAliveSeconds,
    protection: new Protection(app, environment),
    observe: requestLog(project, (...answered) => metrics.request(...answered)),
    serve: lookOnly(onlyLooks, (...request) => gate.serve(...request)),
  })
  if (metricsPort !== null) {
    const text = async () => metrics.text(reachability.isAway, database.$client)
    await serveMetrics(metricsPort, null, text)
  }

  const [next] = await unlessStopped(stopped, [
    prepare(folder, { ...environment, httpServer: server }),
    prepareDatabase(database, migrations, lifecycle, {
      signal: stopped,
      mayMigrate: environment.previews !== 'all',
      allowedMigration: environment.allowedMigration,
      newer,
    }),
  ])
  gate.open(handleWith(app, next, { transient: transientProblem, isPreview: onlyLooks }))
  enterServing()
  note('started', `On PostgreSQL. Ready after ${Math.round(performance.now())} ms.`)

  reachability.watch(stopped)
  newer.watch(stopped)
  standby?.watch(stopped)
  // What only shows its data changes nothing, and neither does an older release that may not.
  const mayRunJobs = () => newer.may === 'write'
  const jobsEnd = environment.previews === 'all' ? null : jobs.run(stopped, mayRunJobs)
  if (!stopped.aborted) await once(stopped, 'abort')
  lifecycle.drain()
  await Promise.all([drain(server, 5_000), jobsEnd])
  // What is still asked would be waited for.
  await Promise.race([Promise.all([database.$client.end(), reads?.$client.end()]), sleep(2_000)])
  lifecycle.enter({ name: 'stopped' })
  log('INFO', 'Stopped.')
}

function standbyOf(standby: Standby) {
  return {
    pool: standby.database.$client,
    get isThere() {
      return standby.isThere
    },
    get isFresh() {
      return standby.isFresh
    },
  }
}
