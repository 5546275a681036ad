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
    const prefix = this.#prefix
    const inStates = states.map((state) => ({
      labels: { state },
      value: state === status.state ? 1 : 0,
    }))
    const happened = eventKinds.map((kind) => ({ labels: { kind }, value: events.count(kind) }))
    const gauges = [...ofProcess(status), ...ofReplication(status)]
    return exposition([
      gauge(
        `${prefix}state`,
        'What the process is doing: 1 for the state that it is in.',
        inStates,
      ),
      ...gauges.map(([name, help, value]) =>
        gauge(prefix + name, help, value === null ? [] : [{ value }]),
      ),
      counter(`${prefix}events`, 'What happened since the process started.', happened),
      this.#syncs.text,
      this.#requests.text,
      more,
    ])
  }
}

/** The value is null where it isn't known. */
type Gauge = [name: string, help: string, value: number | null]

function ofProcess(status: Status): Gauge[] {
  const { epoch, upMs, restoreMs, copyAgeMs, databaseBytes, walBytes } = status
  return [
    ['epoch', 'The epoch that this instance leads; 0 if none.', epoch ?? 0],
    ['up_seconds', 'Since the process started.', upMs / 1000],
    ['restore_seconds', 'What the last restore took.', restoreMs / 1000],
    [
      'copy_age_seconds',
      'The age of what can be read here, at most; 0 while this instance leads.',
      copyAgeMs / 1000,
    ],
    ['database_bytes', 'The size of the database file.', databaseBytes],
    ['wal_bytes', 'The size of its write-ahead log.', walBytes],
  ]
}

function ofReplication({ replication }: Status): Gauge[] {
  if (!replication) return []
  const { txid, replicatedTxid, lagMs, waiting, problem, lastDurableAt } = replication
  const { beginning, firstUploadBytes } = replication
  const missing =
    txid === null || replicatedTxid === null ? null : Math.max(0, txid - replicatedTxid)
  return [
    [
      'epoch_continued',
      '1 if the epoch began with what is new; 0 if all of the database was uploaded.',
      beginning && Number(beginning.how === 'continued'),
    ],
    [
      'epoch_first_upload_bytes',
      'How much was uploaded first to the epoch that is led.',
      firstUploadBytes,
    ],
    [
      'replication_lag_seconds',
      'Since when at most something is missing in the bucket.',
      lagMs === null ? null : lagMs / 1000,
    ],
    ['replication_lag_transactions', 'How many transactions are missing in the bucket.', missing],
    ['replication_failing', '1 while uploads fail.', problem ? 1 : 0],
    ['waiting_writers', 'Writes that wait to be in the bucket.', waiting],
    [
      'last_durable_timestamp_seconds',
      'When it was last promised that all is in the bucket.',
      lastDurableAt && lastDurableAt.getTime() / 1000,
    ],
  ]
}
