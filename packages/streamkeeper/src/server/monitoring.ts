import type { RequestListener } from 'node:http'
import { factsOf } from './facts.ts'
import type { Metrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { requestLog } from './request-log.ts'
import type { Runtime } from './runtime.ts'
import type { ServerEnvironment } from './server-environment.ts'
import { statusOf } from './status.ts'

// A screen of them.
const shownEvents = 50

/** What people and programs can see of the process while it runs. */
export class Monitoring {
  readonly #parts: Parameters<typeof statusOf>[0]
  readonly #metrics: Metrics
  readonly observe: RequestListener

  constructor(
    parts: Parameters<typeof statusOf>[0],
    metrics: Metrics,
    { project }: Pick<ServerEnvironment, 'project'>,
  ) {
    this.#parts = parts
    this.#metrics = metrics
    this.observe = requestLog(project, (...answered) => metrics.request(...answered))
  }

  async status(): ReturnType<Runtime['status']> {
    const status = await statusOf(this.#parts, shownEvents)
    return { facts: factsOf(status), events: status.events }
  }

  async serve({
    metricsPort,
    litestreamMetrics,
  }: Pick<ServerEnvironment, 'metricsPort' | 'litestreamMetrics'>): Promise<void> {
    if (metricsPort === null) return
    await serveMetrics(metricsPort, litestreamMetrics, async (litestream) =>
      this.#metrics.text(await statusOf(this.#parts, 0), this.#parts.events, litestream),
    )
  }
}
