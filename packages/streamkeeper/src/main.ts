import { loadConfig } from './load-config.ts'
import { log } from './server/log.ts'
import { release, releaseInWords } from './server/release-name.ts'
import { onPostgres } from './server/runtime.ts'
import { StopRequested, stopOnCrash, stopOnSignals } from './server/stop-signal.ts'

const stop = stopOnSignals()
stopOnCrash(stop)
// Not 143: Litestream passes on as a failure whatever isn't 0.
run().finally(() => process.exit(stop.signal.reason instanceof StopRequested ? 0 : 1))

async function run(): Promise<void> {
  try {
    log('INFO', `Release ${releaseInWords()} starts.`, { release: release() })
    const config = await loadConfig(process.cwd())
    await config.start?.(process.env)
    const { serve } = await (process.env.ROLE === 'reader'
      ? import('./readers/serve.ts')
      : onPostgres()
        ? import('./postgres/serve.ts')
        : import('./server/serve.ts'))
    await serve(stop, config)
  } catch (error) {
    if (error !== stop.signal.reason) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error))
      log('CRITICAL', message, { stack })
    }
    stop.abort(error)
  }
}
