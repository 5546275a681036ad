import { dataIn } from '../db/data.ts'
import { migrateDatabase } from '../db/migrate.ts'
import { type Database, openDatabase } from '../db/open.ts'
import type { View } from '../replication/lease/lease.ts'
import type { CommandOptions } from '../replication/litestream-command.ts'
import { fetchNewestCopy, noteCopy, type Origin } from '../replication/newest-copy.ts'
import { sourceUrl } from '../replication/replica-url.ts'
import { timed } from '../replication/timed.ts'

type Options = {
  path: string
  /** The base URL of the replica. */
  base: string
  /** The folder of the migrations. */
  migrations: string
  restore: CommandOptions
}

/**
 * The database file of this instance: a copy that can only be read while it follows, the one that is
 * replicated while it leads.
 */
export class LocalDatabase {
  readonly path: string
  /** The functions of `db/`, on what is open when they are called. */
  readonly data = dataIn((call) => call(this.open))
  readonly #options: Options
  #open: Database | null = null
  #restoredAtMs = 0
  #tookMs = 0
  /** What the lease has to be for the file to be the newest state; null if it isn't. */
  #newestAt: { generation: string | null } | { heldBy: string; epoch: number } | null = null

  constructor(options: Options) {
    this.path = options.path
    this.#options = options
  }

  /** null where there is no database yet. */
  get current(): Database | null {
    return this.#open
  }

  /** @throws {Error} where there is no database yet */
  get open(): Database {
    if (!this.#open) throw new Error('There is no database yet: nothing was ever written.')
    return this.#open
  }

  get ageMs(): number {
    return performance.now() - this.#restoredAtMs
  }

  /** How long the last restore took, in milliseconds. */
  get tookMs(): number {
    return this.#tookMs
  }

  /**
   * Brings the copy up to date, checked and migrated: this file is nobody else's.
   *
   * @throws {ReplicationProblem} if the bucket is the problem
   * @throws {NewerSchema} if a newer release has migrated it
   */
  async restore(view: View): Promise<Origin> {
    const startMs = performance.now()
    const { path, base, restore } = this.#options
    const url = sourceUrl(base, view.lease.restorable)
    const makeWay = () => this.close()
    const origin = await fetchNewestCopy(path, url, new Date(), {
      ...restore,
      isEmpty: view.isEmpty,
      makeWay,
    })
    if (origin.from !== 'nothing-yet') this.#open ??= this.#openCopy()
    // While somebody leads, the next write makes it old.
    this.#newestAt = view.isHeld ? null : { generation: view.generation }
    this.#restoredAtMs = startMs
    this.#tookMs = performance.now() - startMs
    return origin
  }

  /** Whether nobody can have written anything since, as the lease was before it was acquired. */
  isNewest({ generation, lease }: View): boolean {
    if (!this.#newestAt) return false
    if ('generation' in this.#newestAt) return this.#newestAt.generation === generation
    return lease.holder?.id === this.#newestAt.heldBy && lease.epoch === this.#newestAt.epoch
  }

  /** Makes the file the one that is written to; a new one where there is none. */
  lead(id: string, epoch: number): Database {
    this.#open ??= this.#openCopy()
    this.#open.$client.pragma('query_only = OFF')
    this.#newestAt = { heldBy: id, epoch }
    return this.#open
  }

  /**
   * Makes the file a copy again.
   *
   * @param generation of the lease when it was released with all of the file in the bucket; null if
   *   that isn't known, and then it stays the newest only while nobody else takes the lease
   */
  follow(generation: string | null): void {
    this.#open?.$client.pragma('query_only = ON')
    this.#restoredAtMs = performance.now()
    if (generation === null) return
    this.#newestAt = { generation }
    noteCopy(this.path)
  }

  close(): void {
    this.#open?.$client.close()
    this.#open = null
  }

  #openCopy(): Database {
    const database = openDatabase(this.path)
    try {
      timed('migrate', () => migrateDatabase(database, this.#options.migrations))
      database.$client.pragma('query_only = ON')
    } catch (error) {
      database.$client.close()
      throw error
    }
    return database
  }
}
