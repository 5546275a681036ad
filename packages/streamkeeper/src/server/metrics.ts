import type { RequestKind } from './app.ts'
import { type Events, eventKinds } from './events.ts'
import { counter, exposition, gauge, Histogram } from './open-metrics.ts'
import type { Status } from './status.ts'

const bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const states = ['starting', 'following', 'acquiring', 'leading', 'stepping-down', 'draining']

/** What the names of an app's metrics begin with, as in `my_app_`. */
export function metricPrefix(app: string): string {
  return `${app.replaceAll('-', '_')}_`
}

export function requestSeconds(prefix: string): Histogram {
  const help = 'From the head of a request to the end of its answer.'
  return new Histogram(`${prefix}request_seconds`, help, bounds)
}

/** What is counted while the process runs, and how all that is known is written for Prometheus. */
export class Metrics {
  readonly #prefix: string
  readonly #requests: Histogram
  readonly #syncs: Histogram

  /** @param app its name, which those of the metrics begin with */
  constructor(app: string) {
    this.#prefix = metricPrefix(app)
    this.#requests = requestSeconds(this.#prefix)
    const help = 'Uploads that somebody waited for.'
    this.#syncs = new Histogram(`${this.#prefix}sync_seconds`, help, bounds)
  }

  request(kind: RequestKind, { ms, status }: { ms: number; status: number }): void {
    this.#requests.observe(ms / 1000, { kind, status: `${Math.floor(status / 100)}xx` })
  }

  sync(ms: number): void {
    this.#syncs.observe(ms / 1000)
  }

  /** @param more families of others */
  text(status: Status, events: Pick<Events, 'count'>, more = ''): string {
    return exposition([
      ...processFamilies(this.#prefix, status),
      ...(status.replication ? replicationFamilies(this.#prefix, status.replication) : []),
      counter(
        `${this.#prefix}events`,
        'What happened since the process started.',
        eventKinds.map((kind) => ({ labels: { kind }, value: events.count(kind) })),
      ),
      this.#syncs.text,
      this.#requests.text,
      more,
    ])
  }
}

function processFamilies(prefix: string, status: Status): string[] {
  const one = (value: number) => [{ value }]
  const inStates = states.map((state) => ({
    labels: { state },
    value: state === status.state ? 1 : 0,
  }))
  return [
    gauge(`${prefix}state`, 'What the process is doing: 1 for the state that it is in.', inStates),
    gauge(
      `${prefix}epoch`,
      'The epoch that this instance leads; 0 if none.',
      one(status.epoch ?? 0),
    ),
    gauge(`${prefix}up_seconds`, 'Since the process started.', one(status.upMs / 1000)),
    gauge(`${prefix}restore_seconds`, 'What the last restore took.', one(status.restoreMs / 1000)),
    gauge(
      `${prefix}copy_age_seconds`,
      'The age of what can be read here, at most; 0 while this instance leads.',
      one(status.copyAgeMs / 1000),
    ),
    gauge(`${prefix}database_bytes`, 'The size of the database file.', one(status.databaseBytes)),
    gauge(`${prefix}wal_bytes`, 'The size of its write-ahead log.', one(status.walBytes)),
  ]
}

function replicationFamilies(
  prefix: string,
  replication: NonNullable<Status['replication']>,
): string[] {
  const { txid, replicatedTxid, lagMs, waiting, problem, lastDurableAt } = replication
  const { beginning, firstUploadBytes } = replication
  const known = (value: number | null) => (value === null ? [] : [{ value }])
  const missing = txid === null || replicatedTxid === null ? null : txid - replicatedTxid
  return [
    gauge(
      `${prefix}epoch_continued`,
      '1 if the epoch began with what is new; 0 if all of the database was uploaded.',
      known(beginning && (beginning.how === 'continued' ? 1 : 0)),
    ),
    gauge(
      `${prefix}epoch_first_upload_bytes`,
      'How much was uploaded first to the epoch that is led.',
      known(firstUploadBytes),
    ),
    gauge(
      `${prefix}replication_lag_seconds`,
      'Since when at most something is missing in the bucket.',
      known(lagMs === null ? null : lagMs / 1000),
    ),
    gauge(
      `${prefix}replication_lag_transactions`,
      'How many transactions are missing in the bucket.',
      known(missing === null ? null : Math.max(0, missing)),
    ),
    gauge(`${prefix}replication_failing`, '1 while uploads fail.', known(problem ? 1 : 0)),
    gauge(`${prefix}waiting_writers`, 'Writes that wait to be in the bucket.', known(waiting)),
    gauge(
      `${prefix}last_durable_timestamp_seconds`,
      'When it was last promised that all is in the bucket.',
      known(lastDurableAt && lastDurableAt.getTime() / 1000),
    ),
  ]
}
