import { statSync } from 'node:fs'
import { inRestorable } from '../lease/continues.ts'
import type { Reached, View } from '../lease/lease.ts'
import type { Expected } from '../litestream/choose-copy.ts'
import { noteCopy, notedState } from '../litestream/copy-notes.ts'
import type { CommandOptions } from '../litestream/litestream-command.ts'
import { localTxid } from '../litestream/local-position.ts'
import { LtxDamaged } from '../litestream/ltx/format.ts'
import { fetchNewestCopy, type Origin } from '../litestream/newest-copy.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { checkDatabase, DamagedDatabase } from '../sqlite/check.ts'
import { newestMigration } from '../sqlite/migrate.ts'
import type { Database } from '../sqlite/open.ts'
import { epochUrl, sourceUrl } from '../stores/replica-url.ts'
import { DatabaseFile, type Prepared } from './database-file.ts'
import { log, reasonOf } from './log.ts'

type Options = {
  path: string
  /** The base URL of the replica. */
  base: string
  app: AppSchema
  restore: CommandOptions
}

/** What the lease has to be for the file to be the newest state. */
type NewestAt = { generation: string | null } | { heldBy: string; epoch: number }

/**
 * The database file as a copy of the replica's: one that can only be read while this instance follows, the
 * one that is replicated while it leads.
 */
export class LocalDatabase extends DatabaseFile {
  readonly #base: string
  readonly #command: CommandOptions
  /** The newest migration of this release. */
  readonly #migration: number
  #isAhead = false
  /** When the file was last known to be the newest state, by `performance.now()`. */
  #newestAtMs = 0
  #tookMs = 0
  /** The state that the file began with; null where it did not come from the bucket. */
  #restored: Reached | null = null
  /** What this instance has written last, when Litestream had closed the file; null while it leads. */
  #written: Reached | null = null
  /** null if it isn't the newest state. */
  #newestAt: NewestAt | null = null
  /** The epoch that Litestream has replicated the file to, where SQLite has left its WAL alone since. */
  #replicatedTo: number | null = null
  /** Two at once would each write what they fetched over what the other has written. */
  #restoring: Promise<unknown> = Promise.resolve()

  constructor({ path, base, app, restore }: Options) {
    super(path, app)
    this.#base = base
    this.#command = restore
    this.#migration = newestMigration(app.migrations)
  }

  /** Whether the data gets migrated once this instance leads, and the copy here alone is by now. */
  get isAhead(): boolean {
    return this.#isAhead
  }

  /** How long ago the file was last known to be the newest state, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#newestAtMs
  }

  /** The state of the bucket that the file was last known to hold; null where that isn't known. */
  get position(): Reached | null {
    return this.#written ?? this.#restored
  }

  /** How long the last restore took, in milliseconds. */
  get tookMs(): number {
    return this.#tookMs
  }

  /**
   * Brings the copy up to date, checked and migrated: this file is nobody else's. What is read now
   * stays until then.
   *
   * @throws {ReplicationProblem} if the bucket is the problem
   * @throws {NewerSchema} if a newer release has migrated it to what this one can't read
   */
  restore(view: View, unneeded?: AbortSignal): Promise<Origin> {
    const restoring = this.#restoring.then(() => this.#restore(view, unneeded))
    this.#restoring = restoring.catch(() => {})
    return restoring
  }

  async #restore(view: View, unneeded?: AbortSignal): Promise<Origin> {
    const startMs = performance.now()
    const { path } = this
    const { restorable } = view.lease
    this.#compareWith(view)
    if (view.why) log('INFO', view.why)
    const isFirst = this.current === null
    if (isFirst) this.#takeUp()
    const base = this.stateIn(view)
    let prepared: Prepared | null = null
    const signal = AbortSignal.any([this.#command.signal, ...(unneeded ? [unneeded] : [])])
    const origin = await fetchNewestCopy(path, sourceUrl(this.#base, view.lease), {
      ...{ ...this.#command, signal },
      now: new Date(),
      expected: this.#expected(view),
      isCovered: this.#isCovered(view),
      base: base && { txid: base.txid, inPlace: this.#hasSchemaOf(view) },
      accept: async (file) => {
        prepared = await this.prepare(file)
      },
      hold: () => this.#hold(restorable),
      replace: (work) => {
        this.close()
        try {
          work()
        } catch (error) {
          // What is damaged was not applied.
          if (error instanceof LtxDamaged) this.openToRead()
          throw error
        }
        if (statSync(path, { throwIfNoEntry: false })) this.openToRead(prepared)
      },
    })
    if (origin.from === 'changes' && isFirst && !prepared) {
      prepared = await this.prepare(path)
      this.openToRead(prepared)
    }
    this.schema = (prepared as Prepared | null)?.schema ?? this.schema
    if (origin.from !== 'nothing-yet') this.openToRead()
    if (origin.from === 'bucket' || origin.from === 'changes') {
      this.#restored = { epoch: restorable, txid: origin.txid }
      this.#written = null
    }
    // While somebody leads, the next write makes it old.
    this.#newestAt = view.isHeldByOther ? null : { generation: view.generation }
    this.#newestAtMs = startMs
    this.#tookMs = performance.now() - startMs
    return origin
  }

  /**
   * The state of the restorable epoch that the main part of the file is exactly at, all else that is in it
   * being in its WAL; null where that isn't known.
   */
  stateIn({ lease }: Pick<View, 'lease'>): Reached | null {
    const noted = notedState(this.path, this.#base)
    return noted && inRestorable(lease, noted)
  }

  /**
   * The epoch of which Litestream's notes on this disk say how far the file was uploaded, and where in its
   * WAL that ends; null where SQLite may have begun the WAL anew since.
   */
  get replicatedTo(): number | null {
    return this.#replicatedTo
  }

  /** The state that the leadership of this file began with; null where that was no replica's. */
  get begunWith(): Reached | null {
    return this.#restored
  }

  /**
   * Brings the copy up to date, unless the lease says that it is.
   *
   * @param lookedAtMs when the lease was looked at, by `performance.now()`
   * @param unneeded ends it, as who leads restores anyway
   * @throws as {@link restore} does
   */
  async refresh(view: View, lookedAtMs: number, unneeded: AbortSignal): Promise<void> {
    const { reached, restorable } = view.lease
    this.#compareWith(view)
    const has = this.position && inRestorable(view.lease, this.position)
    const hasAll = reached?.epoch === restorable && has !== null && has.txid >= reached.txid
    if (this.isNewest(view)) this.confirm(lookedAtMs)
    // What was written since the lease was renewed is in no lease yet.
    else if (hasAll && view.isHeldByOther) this.confirm(lookedAtMs - Math.max(0, view.renewedMsAgo))
    else await this.restore(view, unneeded)
  }

  /** Whether nobody can have written anything since, as the lease was before it was acquired. */
  isNewest({ generation, lease, isEmpty }: View): boolean {
    // Whoever still runs what made a replica without epochs knows of no lease.
    if (!this.#newestAt || (lease.restorable === 0 && lease.adopted)) return false
    // Where there is no lease, nothing tells who has brought a replica there meanwhile.
    if (generation === null && !isEmpty) return false
    if ('generation' in this.#newestAt) return this.#newestAt.generation === generation
    return lease.holder?.id === this.#newestAt.heldBy && lease.epoch === this.#newestAt.epoch
  }

  /** Notes that the file was found to be the newest state at `atMs`, by `performance.now()`. */
  confirm(atMs: number): void {
    this.#newestAtMs = Math.max(this.#newestAtMs, atMs)
  }

  /**
   * Makes the file the one that is written to; a new one where there is none.
   *
   * @throws {NewerSchema} if a newer release has migrated it
   */
  lead(id: string, epoch: number): Database {
    const database = this.openOrCreate()
    // From now on the file may not be what the bucket has.
    const noted = notedState(this.path, this.#base)
    if (noted) noteCopy(this.path, epochUrl(this.#base, noted.epoch))
    this.beginWriting()
    this.#newestAt = { heldBy: id, epoch }
    this.#written = null
    this.#isAhead = false
    return database
  }

  /**
   * Makes the file a copy again.
   *
   * @param generation of the lease when it was released with all of the file in the bucket; null if
   *   that isn't known, and then it stays the newest only while nobody else takes the lease
   */
  follow(generation: string | null): void {
    this.stopWriting()
    try {
      this.endReading()
    } catch {
      // Somebody goes over rows by it: it is closed with the other one.
    }
    if (this.#newestAt && 'epoch' in this.#newestAt) {
      this.#written = { epoch: this.#newestAt.epoch, txid: localTxid(this.path) }
      this.#replicatedTo = this.#newestAt.epoch
    }
    if (generation === null) return
    this.#newestAt = { generation }
    if (!this.#written) return
    const { epoch, txid } = this.#written
    try {
      noteCopy(this.path, epochUrl(this.#base, epoch), this.isAllInFile() ? txid : undefined)
    } catch (error) {
      // Without the note, a later start sets the file aside.
      log('WARNING', `The file could not be marked as a copy: ${reasonOf(error)}`)
    }
  }

  override close(): void {
    super.close()
    this.#replicatedTo = null
  }

  // An earlier process may have left it, with a migration of its own in the WAL.
  #takeUp(): void {
    if (!notedState(this.path, this.#base)) return
    this.removeWal()
    try {
      checkDatabase(this.path)
    } catch (error) {
      if (!(error instanceof DamagedDatabase)) throw error
      log('WARNING', `${error.message}. It is restored anew.`)
      noteCopy(this.path, '')
    }
  }

  // Litestream goes on in the WAL where it was, as long as SQLite doesn't empty it.
  #hold(epoch: number): void {
    if (this.current) return
    try {
      this.openToRead()
      this.#replicatedTo = epoch
    } catch {
      // The check that follows says why.
    }
  }

  #compareWith({ lease: { schema } }: View): void {
    this.#isAhead = schema !== undefined && schema.migration < this.#migration
  }

  // Nothing that changes how the data is read is among the changes, and nothing else is in the WAL.
  #hasSchemaOf({ lease: { schema } }: View): boolean {
    const isSame = this.schema === 'same' && schema?.migration === this.#migration
    return isSame && !this.isMigratedHere
  }

  // Whoever led next began with all of it.
  #isCovered({ lease: { obsolete } }: View): boolean {
    const written = this.#written
    if (!written) return false
    const next = obsolete.find(({ was }) => was === written.epoch)
    return next?.txid !== undefined && next.txid >= written.txid
  }

  // What was restored once is there, whatever a list says later.
  #expected({ isEmpty, lease }: View): Expected {
    const { restorable, adopted, reached } = lease
    if (isEmpty) return { replica: 'none' }
    if (restorable === 0 && !adopted) return { replica: 'unknown' }
    const restored = this.#restored && inRestorable(lease, this.#restored)
    const known = [reached, restored].filter((state) => state?.epoch === restorable)
    return { replica: 'complete', reachedTxid: Math.max(0, ...known.map((s) => s?.txid ?? 0)) }
  }
}
