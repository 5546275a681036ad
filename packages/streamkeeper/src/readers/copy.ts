import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { NeedsRestore } from '../litestream/changes-since.ts'
import { type CommandOptions, restoreReplica } from '../litestream/litestream-command.ts'
import { writeLtx } from '../litestream/ltx/apply.ts'
import { mostPageBytes, pageBytesIn, schemaVersionIn } from '../litestream/ltx/contents.ts'
import { LtxDamaged, readHeader } from '../litestream/ltx/format.ts'
import type { LtxFile } from '../litestream/ltx-files.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { checkDatabase, DamagedDatabase } from '../sqlite/check.ts'
import { compareSchema } from '../sqlite/migrate.ts'
import type { Database } from '../sqlite/open.ts'
import { isReadable } from '../sqlite/readable.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { epochUrl } from '../stores/replica-url.ts'
import type { Position } from './position.ts'
import { ReaderProblem } from './problem.ts'
import { Turns } from './turns.ts'
import { isDamage } from './watch-damage.ts'

/** The copy is read no more: what was being applied may be there in part. */
export class CopyEnded extends Error {}

type Options = CommandOptions & {
  /** The folder that the copy gets for itself. */
  folder: string
  app: AppSchema
}

/**
 * A copy of one epoch on this disk, and of those that continue it. Whoever has it brings it the
 * bucket's files.
 */
export class Copy {
  readonly path: string
  readonly #folder: string
  readonly #turns = new Turns()
  #database: Database | null = null
  #epoch: number
  #txid = 0
  #continuedAt = 0
  /** What it was in an earlier epoch, until it has all that the epoch was continued with. */
  #before: Position | null = null
  #isNewer = false
  #isOver = false

  private constructor(epoch: number, folder: string) {
    this.path = join(folder, 'app.db')
    this.#folder = folder
    this.#epoch = epoch
  }

  /**
   * Restores an epoch, complete and checked, into a folder that isn't there yet.
   *
   * @param atLeast the transaction that it has to reach
   * @throws {ReplicationProblem} if it can't be had
   * @throws {ReaderProblem} if its schema is none that this release reads
   */
  static async restore(
    base: string,
    epoch: number,
    atLeast: number,
    options: Options,
  ): Promise<Copy> {
    const copy = new Copy(epoch, options.folder)
    try {
      await copy.#restore(epochUrl(base, epoch), atLeast, options)
      return copy
    } catch (error) {
      await copy.close()
      throw error
    }
  }

  /** Whether a newer release has migrated it. */
  get isNewer(): boolean {
    return this.#isNewer
  }

  /** The epoch whose files bring it further. */
  get epoch(): number {
    return this.#epoch
  }

  /** The last transaction that is in it. */
  get txid(): number {
    return this.#txid
  }

  /** The transaction that its epoch is known to reach, as it was continued with it. */
  get continuedAt(): number {
    return this.#continuedAt
  }

  /** The state that is read: an epoch's only once it holds all that the epoch was continued with. */
  get position(): Position {
    if (this.#before && this.#txid < this.#continuedAt) return this.#before
    return { epoch: this.#epoch, txid: this.#txid }
  }

  /** Whether it is read no more. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Goes on with the files of an epoch that continued its own with transaction `at`. */
  continueIn(epoch: number, at: number): void {
    this.#before = this.position
    this.#epoch = epoch
    this.#continuedAt = at
  }

  /**
   * Brings it to the last transaction of an object, while nobody reads.
   *
   * @throws {ReaderProblem} if the object is another, or not all of it
   * @throws {NeedsRestore} if it changes the schema, which is checked by a restore, or if reads would wait for
   *   too long
   * @throws {CopyEnded} if it could be written only in part, or not at all
   */
  async apply(bytes: Buffer, changes: Pick<LtxFile, 'name' | 'min' | 'max'>): Promise<void> {
    const flaw = (words: string) =>
      new ReaderProblem('unreadable-object', `${changes.name}: ${bytes.length} bytes, ${words}`)
    await this.#turns.change(() => {
      if (this.#isOver || changes.max <= this.#txid) return
      try {
        const { min, max } = readHeader(bytes)
        if (min !== changes.min || max !== changes.max)
          throw flaw(`of transactions ${min} to ${max}`)
        if (min > this.#txid + 1) throw flaw(`after transaction ${this.#txid}`)
        if (this.#changesSchema(bytes) || pageBytesIn(bytes) > mostPageBytes)
          throw new NeedsRestore()
        this.#write(bytes)
        this.#txid = max
      } catch (error) {
        throw error instanceof LtxDamaged ? flaw(error.message) : error
      }
    })
  }

  /**
   * Reads while nothing is being applied.
   *
   * @throws {CopyEnded} if there will be nothing to read here
   */
  async read<Result>(call: (database: Database) => Result): Promise<Awaited<Result>> {
    try {
      return await this.#turns.read(() => call(this.#open()))
    } catch (error) {
      if (!isDamage(error)) throw error
      throw new CopyEnded(String(error), { cause: error })
    }
  }

  /**
   * A connection that can only read. It is closed when something is applied, which nothing synchronous can meet.
   *
   * @throws {CopyEnded} if there will be nothing to read here
   */
  get reading(): Sqlite.Database {
    try {
      return this.#open().$client
    } catch (error) {
      throw isDamage(error) ? new CopyEnded(String(error), { cause: error }) : error
    }
  }

  /** Ends, and deletes what is on the disk, once nobody reads it any more. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.#turns.change(() => {
      try {
        this.#forget()
      } catch {
        // Somebody goes over rows and has not ended: what they hold is closed when they do.
        this.#database = null
      }
      rmSync(this.#folder, { recursive: true, force: true })
    })
  }

  async #restore(url: string, atLeast: number, options: Options): Promise<void> {
    mkdirSync(options.folder, { recursive: true })
    const txid = await restoreReplica(url, this.path, options)
    if (txid === null) throw new ReplicationProblem('replica-missing', url, 'the lease names it')
    if (txid < atLeast) {
      throw new ReplicationProblem('replica-behind', url, `at ${txid}, and was at ${atLeast}`)
    }
    check(this.path, url)
    this.#txid = txid
    const schema = compareSchema(this.#open(), options.app.migrations)
    if (schema === 'older') throw new ReaderProblem('older-schema')
    if (!isReadable(this.#open(), options.app.config.schema))
      throw new ReaderProblem('unreadable-schema')
    this.#isNewer = schema === 'newer'
  }

  #changesSchema(bytes: Buffer): boolean {
    const next = schemaVersionIn(bytes)
    if (next === null) return false
    return next !== this.#open().$client.pragma('schema_version', { simple: true })
  }

  #write(bytes: Buffer): void {
    try {
      // It fails where somebody goes over rows, and has not ended.
      this.#forget()
      const file = openSync(this.path, 'r+')
      try {
        writeLtx(file, bytes)
      } finally {
        closeSync(file)
      }
    } catch (error) {
      if (error instanceof LtxDamaged) throw error
      this.#isOver = true
      throw new CopyEnded(String(error), { cause: error })
    }
  }

  #open(): Database {
    if (this.#isOver) throw new CopyEnded('it is over')
    this.#database ??= {
      $client: new Sqlite(this.path, { readonly: true, fileMustExist: true }),
    }
    return this.#database
  }

  // SQLite is not told of what is applied: a connection would go on with the pages that it has kept.
  #forget(): void {
    this.#database?.$client.close()
    this.#database = null
  }
}

function check(path: string, url: string): void {
  try {
    checkDatabase(path)
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error
    throw new ReplicationProblem('replica-damaged', url, error.message)
  }
}
