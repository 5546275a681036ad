import type { Pool } from 'pg'
import type { RequestKind } from '../server/app.ts'
import { metricPrefix, requestSeconds } from '../server/metrics.ts'
import { exposition, gauge, type Histogram } from '../server/open-metrics.ts'

type Connections = Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>

/** What is counted while the process runs, and how all that is known is written for Prometheus. */
export class Metrics {
  readonly #prefix: string
  readonly #requests: Histogram

  /** @param app its name, which those of the metrics begin with */
  constructor(app: string) {
    this.#prefix = metricPrefix(app)
    this.#requests = requestSeconds(this.#prefix)
  }

  request(kind: RequestKind, { ms, status }: { ms: number; status: number }): void {
    this.#requests.observe(ms / 1000, { kind, status: `${Math.floor(status / 100)}xx` })
  }

  /** @param isAway whether the database can't be asked */
  text(isAway: boolean, { totalCount, idleCount, waitingCount }: Connections): string {
    return exposition([
      gauge(`${this.#prefix}up_seconds`, 'Since the process started.', [
        { value: performance.now() / 1000 },
      ]),
      gauge(`${this.#prefix}database_failing`, '1 while the database can not be asked.', [
        { value: isAway ? 1 : 0 },
      ]),
      gauge(`${this.#prefix}database_connections`, 'Connections of this instance.', [
        { labels: { state: 'idle' }, value: idleCount },
        { labels: { state: 'busy' }, value: totalCount - idleCount },
      ]),
      gauge(`${this.#prefix}database_waiting`, 'What waits for a connection.', [
        { value: waitingCount },
      ]),
      this.#requests.text,
    ])
  }
}
