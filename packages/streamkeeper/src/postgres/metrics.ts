import type { Pool } from 'pg'
import type { RequestKind } from '../server/app.ts'
import { requestSeconds } from '../server/metrics.ts'
import { exposition, gauge } from '../server/open-metrics.ts'

type Connections = Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>

/** What is counted while the process runs, and how all that is known is written for Prometheus. */
export class Metrics {
  readonly #requests = requestSeconds()

  request(kind: RequestKind, { ms, status }: { ms: number; status: number }): void {
    this.#requests.observe(ms / 1000, { kind, status: `${Math.floor(status / 100)}xx` })
  }

  /** @param isAway whether the database can't be asked */
  text(isAway: boolean, { totalCount, idleCount, waitingCount }: Connections): string {
    return exposition([
      gauge('visits_up_seconds', 'Since the process started.', [
        { value: performance.now() / 1000 },
      ]),
      gauge('visits_database_failing', '1 while the database can not be asked.', [
        { value: isAway ? 1 : 0 },
      ]),
      gauge('visits_database_connections', 'Connections of this instance.', [
        { labels: { state: 'idle' }, value: idleCount },
        { labels: { state: 'busy' }, value: totalCount - idleCount },
      ]),
      gauge('visits_database_waiting', 'What waits for a connection.', [{ value: waitingCount }]),
      this.#requests.text,
    ])
  }
}
