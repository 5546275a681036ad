import { rmSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { inRestorable } from '../lease/continues.ts'
import type { Reached, View } from '../lease/lease.ts'
import type { Expected } from '../litestream/choose-copy.ts'
import { noteCopy, notedState } from '../litestream/copy-notes.ts'
import type { CommandOptions } from '../litestream/litestream-command.ts'
import { localTxid } from '../litestream/local-position.ts'
import { LtxDamaged } from '../litestream/ltx/format.ts'
import { fetchNewestCopy, type Origin } from '../litestream/newest-copy.ts'
import { timed } from '../litestream/timed.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { checkDatabase, DamagedDatabase } from '../sqlite/check.ts'
import {
  compareSchema,
  isNothing,
  migrateDatabase,
  newerSchema,
  newestMigration,
} from '../sqlite/migrate.ts'
import { migrateApart, migratedInWords, runningInWords } from '../sqlite/migrate-apart.ts'
import { type Database, openDatabase } from '../sqlite/open.ts'
import { isReadable } from '../sqlite/readable.ts'
import { epochUrl, sourceUrl } from '../stores/replica-url.ts'
import { log, reasonOf } from './log.ts'

type Options = {
  path: string
  /** The base URL of the replica. */
  base: string
  app: AppSchema
  restore: CommandOptions
}

/** What the schema of the file is beside this release's. */
export type Schema = 'same' | 'newer'

/**
 * The database file of this instance: a copy that can only be read while it follows, the one that is
 * replicated while it leads.
 */
export class LocalDatabase {
  readonly path: string
  readonly #options: Options
  #open: Database | null = null
  /** The one that can only read, while the other writes. */
  #reading: Database | null = null
  /** Whether it may be written to. */
  #isLed = false
  #schema: Schema = 'same'
  /** When the file was last known to be the newest state, by `performance.now()`. */
  #newestAtMs = 0
  #tookMs = 0
  /** The state that the file began with; null where it did not come from the bucket. */
  #restored: Reached | null = null
  /** What this instance has written last, when Litestream had closed the file; null while it leads. */
  #written: Reached | null = null
  /** What the lease has to be for the file to be the newest state; null if it isn't. */
  #newestAt: { generation: string | null } | { heldBy: string; epoch: number } | null = null
  /**
   * There where this process has migrated the file for itself. Closed last, a connection that can only
   * read leaves that in the WAL, and the file as the bucket has it.
   */
  #last: Sqlite.Database | null = null
  /** The epoch that Litestream has replicated the file to, where SQLite has left its WAL alone since. */
  #replicatedTo: number | null = null
  /** Two at once would each write what they fetched over what the other has written. */
  #restoring: Promise<unknown> = Promise.resolve()

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

  /**
   * A connection that can only read, also while this instance leads.
   *
   * @throws {Error} where there is no database yet
   */
  get reading(): Database {
    if (!this.#isLed) return this.open
    this.#reading ??= openReading(this.path)
    return this.#reading
  }

  /** `newer` where another release has migrated the file: this one reads it, and never writes to it. */
  get schema(): Schema {
    return this.#schema
  }

  /** Whether it is migrated here alone: all others get that once this instance leads. */
  get isAhead(): boolean {
    return this.#last !== null
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
    const { path, restore } = this.#options
    const signal = AbortSignal.any([restore.signal, ...(unneeded ? [unneeded] : [])])
    const { restorable } = view.lease
    if (view.why) log('INFO', view.why)
    const isFirst = this.#open === null
    if (isFirst) this.#takeUp()
    const base = this.stateIn(view)
    let prepared: Prepared | null = null
    const origin = await fetchNewestCopy(path, sourceUrl(this.#options.base, view.lease), {
      ...{ ...restore, signal },
      now: new Date(),
      expected: this.#expected(view),
      isCovered: this.#isCovered(view),
      base: base && { txid: base.txid, inPlace: this.#hasSchemaOf(view) },
      accept: async (file) => {
        prepared = await this.#prepare(file)
      },
      hold: () => this.#hold(restorable),
      replace: (work) => {
        this.close()
        try {
          work()
        } catch (error) {
          // What is damaged was not applied.
          if (error instanceof LtxDamaged) this.#reopen(null)
          throw error
        }
        if (hasFile(path)) this.#reopen(prepared)
      },
    })
    if (origin.from === 'changes' && isFirst && !prepared) {
      prepared = await this.#prepare(path)
      this.#reopen(prepared)
    }
    this.#schema = (prepared as Prepared | null)?.schema ?? this.#schema
    if (origin.from !== 'nothing-yet') this.#open ??= openReadOnly(path)
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
    const noted = notedState(this.path, this.#options.base)
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
    this.#open ??= this.#create()
    if (this.#schema === 'newer') throw newerSchema(this.#open, this.#options.app.migrations)
    // From now on the file may not be what the bucket has.
    const noted = notedState(this.path, this.#options.base)
    if (noted) noteCopy(this.path, epochUrl(this.#options.base, noted.epoch))
    this.#isLed = true
    endTransaction(this.#open)
    this.#open.$client.pragma('query_only = OFF')
    this.#newestAt = { heldBy: id, epoch }
    this.#written = null
    this.#last?.close()
    this.#last = null
    return this.#open
  }

  /** From now on nothing is written to the file: what was not committed by now never will be. */
  stopWriting(): void {
    if (!this.#open) return
    this.#open.$client.pragma('query_only = ON')
    // It could still be committed, and the file would have what the bucket does not.
    endTransaction(this.#open)
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
      this.#endReading()
    } catch {
      // Somebody goes over rows by it: it is closed with the other one.
    }
    if (this.#newestAt && 'epoch' in this.#newestAt) {
      this.#written = { epoch: this.#newestAt.epoch, txid: localTxid(this.path) }
      this.#replicatedTo = this.#newestAt.epoch
    }
    if (generation === null) return
    this.#newestAt = { generation }
    const { base } = this.#options
    try {
      if (this.#written) {
        const { epoch, txid } = this.#written
        noteCopy(this.path, epochUrl(base, epoch), this.#isAllInFile() ? txid : undefined)
      }
    } catch (error) {
      // Without the note, a later start sets the file aside.
      log('WARNING', `The file could not be marked as a copy: ${reasonOf(error)}`)
    }
  }

  close(): void {
    // Before the one that writes, which brings the WAL into the file when it is closed last.
    this.#endReading()
    this.#open?.$client.close()
    this.#open = null
    this.#replicatedTo = null
    if (!this.#last) return
    this.#last.close()
    this.#last = null
    removeWal(this.path)
  }

  #endReading(): void {
    this.#isLed = false
    this.#reading?.$client.close()
    this.#reading = null
  }

  #reopen(prepared: Prepared | null): void {
    this.#open ??= openReadOnly(this.path)
    if (prepared?.isMigrated) this.#last = openLast(this.path)
  }

  // An earlier process may have left it, with a migration of its own in the WAL.
  #takeUp(): void {
    if (!notedState(this.path, this.#options.base)) return
    removeWal(this.path)
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
    if (this.#open) return
    try {
      this.#open = openReadOnly(this.path)
      this.#replicatedTo = epoch
    } catch {
      // The check that follows says why.
    }
  }

  /** Brings all of the WAL into the file, which the last connection does when it is closed. */
  #isAllInFile(): boolean {
    this.close()
    const isAll = !statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size
    this.#open = openReadOnly(this.path)
    return isAll
  }

  // Nothing that changes how the data is read is among the changes, and nothing else is in the WAL.
  #hasSchemaOf({ lease: { schema } }: View): boolean {
    const own = newestMigration(this.#options.app.migrations)
    return this.#schema === 'same' && this.#last === null && schema?.migration === own
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

  #create(): Database {
    const database = openDatabase(this.path)
    try {
      migrateDatabase(database, this.#options.app)
      return database
    } catch (error) {
      database.$client.close()
      throw error
    }
  }

  /** Migrates the file, in its WAL, unless a newer release has; says in the log what takes long. */
  async #prepare(file: string): Promise<Prepared> {
    const { app } = this.#options
    if (isNewer(file, app)) return { schema: 'newer', isMigrated: false }
    const last = openLast(file)
    try {
      const migrate = () =>
        migrateApart(file, app, (running) => log('INFO', runningInWords(running)))
      const migrated = await timed('migrate', migrate)
      const said = migratedInWords(migrated)
      if (said) log('INFO', said)
      return { schema: 'same', isMigrated: !isNothing(migrated) }
    } finally {
      last.close()
    }
  }
}

type Prepared = { schema: Schema; isMigrated: boolean }

function openLast(path: string): Sqlite.Database {
  const client = new Sqlite(path, { readonly: true })
  // It is opened only when it is read.
  client.pragma('schema_version')
  return client
}

// One that was left open, by the app's own BEGIN, would take in what others write.
function endTransaction({ $client }: Database): void {
  if ($client.inTransaction) $client.exec('ROLLBACK')
}

function hasFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function removeWal(path: string): void {
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
}

/** @throws {NewerSchema} if it is newer, and this release can't read it */
function isNewer(file: string, { migrations, config }: AppSchema): boolean {
  const database = openDatabase(file)
  try {
    if (compareSchema(database, migrations) !== 'newer') return false
    if (!isReadable(database, config.schema)) throw newerSchema(database, migrations)
    return true
  } finally {
    database.$client.close()
  }
}

// With the settings of the other, none of which it could set.
function openReading(path: string): Database {
  return drizzle({ client: new Sqlite(path, { readonly: true, fileMustExist: true }) })
}

function openReadOnly(path: string): Database {
  const database = openDatabase(path)
  database.$client.pragma('query_only = ON')
  return database
}
