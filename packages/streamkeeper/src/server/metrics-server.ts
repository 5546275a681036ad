import { once } from 'node:events'
import { createServer } from 'node:http'
import { log, reasonOf } from './log.ts'
import { litestreamFamilies, openMetricsType } from './open-metrics.ts'

/**
 * Serves `/metrics` to this machine alone: on Cloud Run to a sidecar container. Without its port the
 * app runs all the same.
 *
 * @param litestream where Litestream serves its own, as host:port; null if it doesn't
 * @param text the metrics, with those of Litestream among them
 */
export async function serveMetrics(
  port: number,
  litestream: string | null,
  text: (litestream: string) => Promise<string>,
): Promise<void> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end()
    try {
      const body = await text(litestream ? await litestreamsOwn(litestream) : '')
      response.writeHead(200, { 'content-type': openMetricsType }).end(body)
    } catch (error) {
      log('ERROR', `The metrics could not be read: ${reasonOf(error)}`)
      response.writeHead(500).end()
    }
  })
  server.unref()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    log('WARNING', `There are no metrics: ${reasonOf(error)}. Set METRICS_PORT to a free port.`)
  }
}

async function litestreamsOwn(address: string): Promise<string> {
  try {
    const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(1_000) })
    return litestreamFamilies(await answer.text())
  } catch (error) {
    log('WARNING', `Litestream's metrics are not there: ${reasonOf(error)}`)
    return ''
  }
}
