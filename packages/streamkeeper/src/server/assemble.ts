import type { Config } from '../config.ts'
import { Lease } from '../lease/lease.ts'
import { type Litestream, LitestreamGone } from '../litestream/litestream.ts'
import { schemaOf } from '../sqlite/app-schema.ts'
import { openStore } from '../stores/open-store.ts'
import { App } from './app.ts'
import type { Environment } from './environment.ts'
import { Events } from './events.ts'
import { Gate } from './gate.ts'
import { Leadership } from './leadership.ts'
import { Lifecycle, problemOf } from './lifecycle.ts'
import { LocalDatabase } from './local-database.ts'
import { log, reasonOf } from './log.ts'
import { barOf } from './may-lead.ts'
import { Metrics } from './metrics.ts'
import { Monitoring } from './monitoring.ts'
import { isPreview } from './preview.ts'
import { Protection } from './protect.ts'
import { releaseOf } from './release.ts'
import { strictClock } from './strict-clock.ts'
import { leadershipTiming, leaseTiming } from './timing.ts'

/**
 * Makes the parts of the server and tells each of the others.
 *
 * @param folder where the app is
 * @param stop aborts what is under way when the process is to stop, and is aborted by what ends it
 */
export function assemble(
  environment: Environment,
  config: Config,
  litestream: Litestream,
  folder: string,
  stop: AbortController,
) {
  const { replicaUrl: base, databasePath: path, instance, leaseTtlMs } = environment
  const lifecycle = new Lifecycle(() => lease.bar && problemOf(lease.bar))
  const store = openStore(base)
  const app = schemaOf(config, folder)
  const database = new LocalDatabase({
    ...{ path, base, app },
    restore: { signal: stop.signal, stallMs: 15_000 },
  })
  const release = releaseOf(environment, app.migrations, database)
  const lease: Lease = new Lease(store, base, instance, {
    timing: leaseTiming(base, leaseTtlMs),
    clock: strictClock(),
    migration: release.migration,
    barOf: (seen) => barOf(release, seen),
  })
  const events = new Events(`${instance.revision} ${instance.instance}`)
  const metrics = new Metrics(config.name)
  const onGone = (error: unknown) => {
    if (stop.signal.aborted) return
    log('CRITICAL', `The process ends, and a new one may go on: ${reasonOf(error)}`)
    // Nothing can be acknowledged any more, and what was is in the bucket.
    if (error instanceof LitestreamGone) lease.release().catch(() => {})
    stop.abort(error)
  }
  litestream.untilGone().then(onGone)
  const leadership = new Leadership({
    ...{ lease, store, litestream, database, lifecycle, events, base },
    onSync: (ms) => metrics.sync(ms),
    timing: leadershipTiming(base),
    onGone,
  })
  const gate = new Gate({
    ...{ leadership, database, lifecycle },
    isPreview: (request) => isPreview(request, environment.previews),
  })
  const served = App.read(config, folder, environment.development)
  const protection = new Protection(served, environment)
  const seen = { leadership, lifecycle, lease, database, events }
  const monitoring = new Monitoring(seen, metrics, environment)
  return {
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
  }
}
