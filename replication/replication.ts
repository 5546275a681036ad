import { GroupCommit } from './group-commit.ts'
import { type Litestream, LitestreamRefused } from './litestream.ts'
import { noteReplica } from './newest-copy.ts'
import { problemFrom, ReplicationProblem } from './problem.ts'

/** Whether what is written reaches the bucket. */
export type Health =
  | { status: 'healthy' }
  | { status: 'degraded'; failingForMs: number; problem: ReplicationProblem }

// Shorter than a person waits for a page, and longer than any PUT of a few pages takes.
const syncMs = 5_000
// Longer than a large upload may well take: reopening begins it again.
const firstReopenMs = 20_000

/** The replication of one database file by the running Litestream. */
export class Replication {
  readonly #litestream: Litestream
  readonly #path: string
  readonly #replicaUrl: string
  readonly #clock: () => number
  readonly #commits = new GroupCommit(() => this.#sync())
  #failure: { since: number; times: number; problem: ReplicationProblem } | null = null
  #reopenAfterMs = firstReopenMs
  #reopening: Promise<void> = Promise.resolve()

  /** @param options.clock monotonic, in milliseconds */
  constructor(
    litestream: Litestream,
    {
      path,
      replicaUrl,
      clock = () => performance.now(),
    }: { path: string; replicaUrl: string; clock?: () => number },
  ) {
    this.#litestream = litestream
    this.#path = path
    this.#replicaUrl = replicaUrl
    this.#clock = clock
  }

  /**
   * Begins, and returns when all of the database is in the bucket.
   *
   * @throws {ReplicationProblem} if the bucket doesn't take it, or not within `timeoutMs`; Litestream
   *   goes on trying, so calling again waits again
   */
  async start(timeoutMs: number): Promise<void> {
    noteReplica(this.#path, this.#replicaUrl)
    await this.#asking(() => this.#register())
    await this.#asking(() => this.#syncOnce(timeoutMs))
  }

  /**
   * Resolves once all that was committed before the call is in the bucket; many callers share one
   * upload.
   *
   * @throws {ReplicationProblem} if that can't be promised: the writes are in the local database,
   *   and may reach the bucket later or never
   * @throws {LitestreamGone} if there is no Litestream any more
   */
  durable(): Promise<void> {
    return this.#commits.durable()
  }

  /** Degraded from the second failure in a row on. */
  get health(): Health {
    if (!this.#failure || this.#failure.times < 2) return { status: 'healthy' }
    const { since, problem } = this.#failure
    return { status: 'degraded', failingForMs: Math.round(this.#clock() - since), problem }
  }

  /**
   * Ends once all of the database, which nobody writes to any more, is in the bucket.
   *
   * @throws {ReplicationProblem} if that isn't so after `timeoutMs`
   */
  async stop(timeoutMs: number): Promise<void> {
    await this.#asking(() => this.#litestream.unregister(this.#path, timeoutMs))
  }

  async #sync(): Promise<void> {
    await this.#reopening
    try {
      await this.#asking(() => this.#syncOnce(syncMs))
      this.#failure = null
      this.#reopenAfterMs = firstReopenMs
    } catch (error) {
      if (error instanceof ReplicationProblem) this.#note(error)
      throw error
    }
  }

  async #syncOnce(timeoutMs: number): Promise<void> {
    const { txid, replicatedTxid } = await this.#litestream.sync(this.#path, timeoutMs)
    if (replicatedTxid <= txid) return
    // Litestream answers 200 and uploads nothing when the replica is ahead of the database.
    const detail = `the replica is at transaction ${replicatedTxid}, the database at ${txid}`
    throw new ReplicationProblem('another-writer', this.#replicaUrl, detail)
  }

  #note(problem: ReplicationProblem): void {
    const { since, times } = this.#failure ?? { since: this.#clock(), times: 0 }
    this.#failure = { since, times: times + 1, problem }
    const failingForMs = this.#clock() - since
    if (problem.code === 'not-registered' || failingForMs >= this.#reopenAfterMs) {
      this.#reopenAfterMs = failingForMs * 2
      this.#reopening = this.#reopen()
    }
  }

  // One upload that hangs makes every later sync fail, also when the bucket is back for long.
  // Litestream's uploads have no deadline; forgetting the database is what ends them.
  async #reopen(): Promise<void> {
    await this.#litestream.unregister(this.#path, 1_000).catch(() => {})
    // Should this fail, the next sync finds no database, and it is tried again.
    await this.#register().catch(() => {})
  }

  #register(): Promise<void> {
    return this.#litestream.register(this.#path, this.#replicaUrl, 5_000)
  }

  async #asking(call: () => Promise<unknown>): Promise<void> {
    try {
      await call()
    } catch (error) {
      if (error instanceof LitestreamRefused && error.isUnknownDatabase) {
        throw new ReplicationProblem('not-registered', this.#replicaUrl, error.message)
      }
      if (error instanceof LitestreamRefused || isTimeout(error)) {
        throw problemFrom(String(error), this.#replicaUrl)
      }
      throw error
    }
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}
