import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { checkDatabase, DamagedDatabase } from '../db/check.ts'
import { compareSchema } from '../db/migrate.ts'
import type { Database } from '../db/open.ts'
import { isReadable } from '../db/readable.ts'
import { type CommandOptions, restoreReplica } from '../replication/litestream-command.ts'
import { ltxName } from '../replication/ltx/file-name.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import { epochUrl } from '../replication/replica-url.ts'
import { fileProblem } from '../replication/store/file-problem.ts'
import { type Following, followFolder } from './follow-folder.ts'
import type { Position } from './position.ts'
import { ReaderProblem } from './problem.ts'
import { readFresh } from './read-fresh.ts'
import { transactionObject } from './replica-files.ts'
import { flawOf } from './transaction-file.ts'

/** The copy is read no more: what was being applied may be there in part. */
export class CopyEnded extends Error {}

type Options = CommandOptions & {
  /** The folder that the copy gets for itself. */
  folder: string
  /** The folder of this release's. */
  migrations: string
  /** How long Litestream may take to apply a transaction, in milliseconds. */
  applyMs: number
}

// Litestream looks for what to apply every 20 ms.
const lookMs = 5

/**
 * A copy of one epoch on this disk. Whoever has it brings it the bucket's files, one transaction
 * each, and Litestream applies them.
 */
export class Copy {
  readonly epoch: number
  readonly path: string
  readonly isNewer: boolean
  /** Settles when Litestream has ended by itself, or can't apply what is there. */
  readonly broken: Promise<string>
  readonly #folder: string
  readonly #incoming: string
  readonly #following: Following
  readonly #applyMs: number
  readonly #ended = Promise.withResolvers<string>()
  #fetched: number
  #applied: number
  #applying: Promise<void> | null = null
  #isOver = false

  private constructor(epoch: number, txid: number, isNewer: boolean, options: Options) {
    const { folder, applyMs } = options
    this.epoch = epoch
    this.isNewer = isNewer
    this.path = join(folder, 'app.db')
    this.#folder = folder
    this.#applyMs = applyMs
    this.#incoming = join(folder, 'replica/ltx/0')
    this.#fetched = txid
    this.#applied = txid
    mkdirSync(this.#incoming, { recursive: true })
    writeFileSync(`${this.path}-txid`, ltxName(txid).slice(0, 16))
    this.#following = followFolder(this.path, join(folder, 'replica'))
    this.broken = this.#ended.promise
    this.#following.failed.then((reason) => this.#end(reason))
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
    const { folder, migrations } = options
    mkdirSync(folder, { recursive: true })
    try {
      const path = join(folder, 'app.db')
      const url = epochUrl(base, epoch)
      const txid = await restoreReplica(url, path, options)
      if (txid === null) throw new ReplicationProblem('replica-missing', url, 'the lease names it')
      if (txid < atLeast) {
        throw new ReplicationProblem('replica-behind', url, `at ${txid}, and was at ${atLeast}`)
      }
      prepare(path, url)
      const schema = readFresh(path, (database) => compareSchema(database, migrations))
      if (schema === 'older') throw new ReaderProblem('older-schema')
      if (!readFresh(path, isReadable)) throw new ReaderProblem('unreadable-schema')
      return new Copy(epoch, txid, schema === 'newer', options)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The last transaction that was brought. */
  get fetched(): number {
    return this.#fetched
  }

  /** Whether it is read no more. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The state that is read. */
  get position(): Position {
    return { epoch: this.epoch, txid: this.#applied }
  }

  /**
   * Brings the file of the transaction that follows; {@link applied} tells when it can be read.
   *
   * @throws {ReaderProblem} if the file is another, or not all of it
   * @throws {ReplicationProblem} if there is no room for it
   */
  bring(bytes: Buffer): void {
    if (this.#isOver) return
    const txid = this.#fetched + 1
    const flaw = flawOf(bytes, txid)
    if (flaw !== null) {
      const object = transactionObject(this.epoch, txid)
      throw new ReaderProblem('unreadable-object', `${object}: ${flaw}`)
    }
    const name = ltxName(txid)
    const path = join(this.#folder, name)
    try {
      writeFileSync(path, bytes)
      // Litestream is to see all of it or nothing.
      renameSync(path, join(this.#incoming, name))
    } catch (error) {
      throw fileProblem(error, this.#folder)
    }
    this.#fetched = txid
    this.#applying ??= this.#apply()
  }

  /** Settles once all that was brought can be read, or the copy is over. */
  async applied(): Promise<void> {
    while (this.#applying) await this.#applying
  }

  /**
   * Reads while nothing is being applied: a Litestream that dies then, or finds no room, leaves a
   * mix of two states.
   *
   * @throws {CopyEnded} if there will be nothing to read here
   */
  async read<Result>(call: (database: Database) => Result): Promise<Awaited<Result>> {
    while (this.#applying) await this.#applying
    if (this.#isOver) throw new CopyEnded('it is over')
    try {
      return await readFresh(this.path, call)
    } catch (error) {
      if (!isDamage(error)) throw error
      throw new CopyEnded(String(error), { cause: error })
    }
  }

  /** Ends, and deletes what is on the disk: nobody may read it any more. */
  async close(): Promise<void> {
    this.#isOver = true
    await this.#following.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #apply(): Promise<void> {
    let movedAtMs = performance.now()
    while (!this.#isOver && this.#applied < this.#fetched) {
      await sleep(lookMs)
      if (this.#isOver) break
      if (this.#noteApplied()) movedAtMs = performance.now()
      else if (performance.now() - movedAtMs > this.#applyMs) {
        this.#end(`Litestream applied nothing for ${this.#applyMs} ms`)
        this.#following.kill()
      }
    }
    this.#applying = null
  }

  #end(reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#ended.resolve(reason)
  }

  #noteApplied(): boolean {
    const noted = readFileSync(`${this.path}-txid`, 'utf8').trim()
    // While Litestream writes it, it may be there in part.
    const txid = /^[0-9a-f]{16}$/.test(noted) ? Number.parseInt(noted, 16) : this.#applied
    const before = this.#applied
    for (; this.#applied < txid; this.#applied++) {
      rmSync(join(this.#incoming, ltxName(this.#applied + 1)), { force: true })
    }
    return this.#applied > before
  }
}

function prepare(path: string, url: string): void {
  try {
    checkDatabase(path)
  } catch (error) {
    if (!(error instanceof DamagedDatabase)) throw error
    throw new ReplicationProblem('replica-damaged', url, error.message)
  }
  // In WAL mode whoever reads keeps a lock that Litestream waits for, without a word and for ever.
  const client = new Sqlite(path)
  client.pragma('journal_mode = DELETE')
  client.close()
}

function isDamage(error: unknown): boolean {
  const code = error instanceof Sqlite.SqliteError ? error.code : ''
  return /^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN)/.test(code)
}
