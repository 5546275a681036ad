import { statSync } from 'node:fs'
import { problemFrom, ReplicationProblem } from '../stores/problem.ts'
import { withTimeout } from '../with-timeout.ts'
import { noteReplica } from './copy-notes.ts'
import { GroupCommit } from './group-commit.ts'
import { type Litestream, LitestreamBusy, LitestreamRefused } from './litestream.ts'
import { forgetPositions, localBytes } from './local-position.ts'
import { type Health, Reopening } from './reopening.ts'

export type { Health }

/** How far the bucket is behind the database. */
export type Lag = {
  txid: number
  replicatedTxid: number
  /** Since when, in milliseconds, something is missing in the bucket at most; 0 if nothing is. */
  lagMs: number
}

/** What is known without asking anybody. */
export type Known = {
  /** All that was written until so many milliseconds ago is in the bucket. */
  agoMs: number
  /** The last transaction that is there; null where that was never seen. */
  txid: number | null
  /** How many transactions were on their way when that was seen. */
  missing: number
  /** Whether what is in the bucket is what will be restored. */
  isAcknowledgeable: boolean
}

// Shorter than a person waits for a page, and longer than any PUT of a few pages takes.
const syncMs = 5_000
// Longer than anything but the upload of all of a large database takes.
const completeMs = 20_000
// What an upload of all of it does at least, so that it is not begun again while it gets on: 4 MB/s.
const bytesAMs = 4_000

// An upload of what was just written, to a bucket that answers.
const triedMs = 1_500
// Litestream's last sync has 4 s, and what it uploads or compacts by itself ends before that. Google's
// client waits ever longer between its attempts where the bucket answers 429 or 503.
const closeMs = 12_000

type Options = {
  path: string
  replicaUrl: string
  /** Whether what is in the replica is what will be restored. */
  canAcknowledge: () => boolean
  /** Tries once to be sure of that again, where it only was for too long. */
  reassure: () => Promise<unknown>
  /** Why that can't be said now, although nothing has failed here. */
  outage: () => { problem: ReplicationProblem; forMs: number } | null
  /** Monotonic, in milliseconds. */
  clock: () => number
  /** Told how long each upload that was waited for took. */
  onSync: (ms: number) => void
  /** Told up to which transaction the bucket has all, after each upload. */
  onReached: (txid: number) => void
  /** Told when Litestream was to begin anew, and does not let go of the file. */
  onBusy: (error: LitestreamBusy) => void
}

const defaults = {
  reassure: async () => {},
  outage: () => null,
  clock: () => performance.now(),
  onSync: () => {},
  onReached: () => {},
  onBusy: () => {},
}

type Required = 'path' | 'replicaUrl' | 'canAcknowledge'

/** The replication of one database file by the running Litestream. */
export class Replication {
  readonly #litestream: Litestream
  readonly #path: string
  readonly #replicaUrl: string
  readonly #options: Options
  readonly #commits = new GroupCommit(() => this.#sync())
  readonly #reopening: Reopening
  #firstCopyMs = 0
  #notedBytes = 0
  #firstUploadBytes: number | null = null
  #isStopped = false
  #completeAtMs: number
  #waiting = 0
  #lastDurableAt: Date | null = null
  #syncedTxid: number | null = null
  /** What Litestream has said last, which is what an upload was for only by chance. */
  #seen: { txid: number; replicatedTxid: number } | null = null
  #durableTxid: number | null = null

  constructor(litestream: Litestream, options: Partial<Options> & Pick<Options, Required>) {
    this.#litestream = litestream
    this.#path = options.path
    this.#replicaUrl = options.replicaUrl
    this.#options = { ...defaults, ...options }
    this.#reopening = new Reopening(() => this.#reopen(), this.#options.clock)
    this.#completeAtMs = this.#options.clock()
  }

  /**
   * Begins, with a complete copy to a replica that has none yet.
   *
   * @throws {ReplicationProblem} if Litestream refuses; a bad bucket shows only later
   */
  async start(): Promise<void> {
    // What Litestream noted belongs to another replica.
    forgetPositions(this.#path)
    this.#firstCopyMs = completeMs + Math.ceil(statSync(this.#path).size / bytesAMs)
    this.#reopening.waitFor(this.#firstCopyMs)
    await this.goOn()
  }

  /**
   * Begins with what has changed since the state that the replica has: what Litestream noted on this disk
   * says where that ends.
   *
   * @throws {ReplicationProblem} as {@link start} does
   */
  async goOn(): Promise<void> {
    this.#notedBytes = localBytes(this.#path)
    noteReplica(this.#path, this.#replicaUrl)
    await this.#asking(() => this.#register())
  }

  /**
   * Returns when all of the database is in the bucket, in one upload however large it is.
   *
   * @param timeoutMs by default what a database of its size may take
   * @throws {ReplicationProblem} if the bucket doesn't take it, or not within `timeoutMs`; Litestream
   *   goes on trying, so calling again waits again
   */
  async complete(timeoutMs = Math.max(this.#firstCopyMs, completeMs)): Promise<void> {
    await this.#reopening.over
    await this.#asking(() => this.#syncOnce(timeoutMs))
    this.#succeed()
  }

  /**
   * Resolves once all that was committed before the call is in the bucket; many callers share one
   * upload.
   *
   * @throws {ReplicationProblem} if that can't be promised: the writes are in the local database,
   *   and may reach the bucket later or never
   * @throws {LitestreamGone} if there is no Litestream any more
   */
  async durable(): Promise<void> {
    this.#waiting++
    try {
      await this.#commits.durable()
    } finally {
      this.#waiting--
    }
    const { canAcknowledge, reassure } = this.#options
    const txid = this.#syncedTxid
    // After the upload: a successor that acquires later than this moment restores it.
    if (!canAcknowledge()) await reassure()
    if (!canAcknowledge()) throw new ReplicationProblem('lease-lost', this.#replicaUrl, 'no lease')
    this.#lastDurableAt = new Date()
    this.#durableTxid = Math.max(this.#durableTxid ?? 0, txid ?? 0)
  }

  /** How long the first complete copy may take, in milliseconds; 0 once it is there. */
  get firstCopyMs(): number {
    return this.#firstCopyMs
  }

  /** How much Litestream had to upload first, in bytes; null until that is in the bucket. */
  get firstUploadBytes(): number | null {
    return this.#firstUploadBytes
  }

  /** How many wait for their writes to be durable. */
  get waiting(): number {
    return this.#waiting
  }

  /** Up to which transaction that was promised; null if it never was. */
  get durableTxid(): number | null {
    return this.#durableTxid
  }

  /** When it was last promised that all is in the bucket. */
  get lastDurableAt(): Date | null {
    return this.#lastDurableAt
  }

  get known(): Known {
    const { txid, replicatedTxid } = this.#seen ?? { txid: 0, replicatedTxid: 0 }
    return {
      agoMs: Math.round(this.#options.clock() - this.#completeAtMs),
      txid: this.#seen && Math.min(txid, replicatedTxid),
      missing: Math.max(0, txid - replicatedTxid),
      isAcknowledgeable: this.#options.canAcknowledge(),
    }
  }

  /** @throws {ReplicationProblem} if Litestream doesn't say, or not within `timeoutMs` */
  async lag(timeoutMs: number): Promise<Lag> {
    const askedAtMs = this.#options.clock()
    let positions = { txid: 0, replicatedTxid: 0 }
    await this.#asking(async () => {
      positions = await this.#litestream.positions(this.#path, timeoutMs)
    })
    this.#seen = positions
    const isComplete = positions.replicatedTxid >= positions.txid
    if (isComplete) this.#completeAtMs = askedAtMs
    return { ...positions, lagMs: isComplete ? 0 : Math.round(askedAtMs - this.#completeAtMs) }
  }

  /** Degraded from the second failure in a row on. */
  get health(): Health {
    const outage = this.#options.outage()
    if (!outage) return this.#reopening.health
    return { status: 'degraded', failingForMs: outage.forMs, problem: outage.problem }
  }

  /** Begins anew what may hang, as the bucket did not answer for a while and does now. */
  revive(): void {
    this.#reopening.revive(async () => {
      await this.#syncOnce(triedMs)
      this.#succeed()
    })
  }

  /**
   * Ends once all of the database, which nobody writes to any more, is in the bucket, and those who
   * wait for it have been told.
   *
   * @throws {ReplicationProblem} if that isn't so after `timeoutMs`
   */
  async stop(timeoutMs: number): Promise<void> {
    try {
      await withTimeout(timeoutMs, this.#lastSync(), () => {
        const detail = `no final sync in ${timeoutMs / 1000} s`
        return new ReplicationProblem('bucket-unreachable', this.#replicaUrl, detail)
      })
    } finally {
      this.#isStopped = true
      this.#reopening.stop()
    }
  }

  /**
   * Waits until Litestream has let go of the file, once this has stopped.
   *
   * @throws {LitestreamBusy} if it hasn't after `patienceMs`: the file can't be replicated again
   */
  async close(patienceMs: number): Promise<void> {
    const gone = this.#reopening.over.then(() => this.#unregister(patienceMs))
    await withTimeout(patienceMs, gone, () => new LitestreamBusy(this.#path))
  }

  #lastSync(): Promise<void> {
    const again = () => this.#reopening.over.then(() => this.#commits.durable())
    return this.#commits.durable().catch(again)
  }

  async #sync(): Promise<void> {
    await this.#reopening.over
    if (this.#isStopped) throw new ReplicationProblem('not-registered', this.#replicaUrl, 'stopped')
    const startMs = this.#options.clock()
    try {
      await this.#asking(() => this.#syncOnce(syncMs))
      this.#options.onSync(this.#options.clock() - startMs)
      this.#completeAtMs = startMs
      this.#succeed()
    } catch (error) {
      if (error instanceof ReplicationProblem) this.#reopening.fail(error, startMs)
      throw error
    }
  }

  async #syncOnce(timeoutMs: number): Promise<void> {
    this.#seen = await this.#litestream.sync(this.#path, timeoutMs)
    this.#firstUploadBytes ??= localBytes(this.#path) - this.#notedBytes
    const { txid, replicatedTxid } = this.#seen
    this.#syncedTxid = txid
    if (replicatedTxid <= txid) return this.#options.onReached(replicatedTxid)
    // Litestream answers 200 and uploads nothing when the replica is ahead of the database.
    const detail = `the replica is at transaction ${replicatedTxid}, the database at ${txid}`
    throw new ReplicationProblem('another-writer', this.#replicaUrl, detail)
  }

  #succeed(): void {
    this.#firstCopyMs = 0
    this.#reopening.succeed()
  }

  async #reopen(): Promise<void> {
    try {
      await this.#unregister(closeMs)
    } catch (error) {
      if (error instanceof LitestreamBusy) this.#options.onBusy(error)
      throw error
    }
    if (this.#isStopped) return
    // Should this fail, the next sync finds no database, and it is tried again.
    await this.#register().catch(() => {})
  }

  async #unregister(patienceMs: number): Promise<void> {
    try {
      await this.#litestream.unregister(this.#path, 1_000, patienceMs)
    } catch (error) {
      // Its final sync failed, and ours counts: its own is none where it was just registered.
      if (!(error instanceof LitestreamRefused)) throw error
    }
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
      if (this.#firstCopyMs > 0 && isTimeout(error)) {
        throw new ReplicationProblem('first-copy', this.#replicaUrl, String(error))
      }
      if (error instanceof LitestreamRefused || isTimeout(error)) {
        throw problemFrom(String(error), this.#replicaUrl)
      }
      throw error
    }
  }
}

function isTimeout(error: unknown): boolean {
  if (error instanceof LitestreamRefused) return error.message.endsWith('context deadline exceeded')
  return error instanceof DOMException && error.name === 'TimeoutError'
}
