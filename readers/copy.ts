import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { checkDatabase, DamagedDatabase } from '../db/check.ts'
import { compareSchema } from '../db/migrate.ts'
import type { Database } from '../db/open.ts'
import { type CommandOptions, restoreReplica } from '../replication/litestream-command.ts'
import { ReplicationProblem } from '../replication/problem.ts'
import { epochUrl } from '../replication/replica-url.ts'
import { fileProblem } from '../replication/store/file-problem.ts'
import { type Following, followFolder } from './follow-folder.ts'
import { OlderSchema } from './older-schema.ts'
import type { Position } from './position.ts'
import { readFresh } from './read-fresh.ts'
import { transactionFile } from './replica-files.ts'

/**
 * A copy of one epoch on this disk. Whoever has it brings it the bucket's files, one transaction
 * each, and Litestream applies them.
 */
export class Copy {
  readonly epoch: number
  readonly path: string
  readonly isNewer: boolean
  /** Settles when Litestream has ended by itself: what it was writing may be there in part. */
  readonly broken: Promise<string>
  readonly #folder: string
  readonly #incoming: string
  readonly #following: Following
  #fetched: number
  #applied: number
  #isClosed = false

  private constructor(epoch: number, folder: string, txid: number, isNewer: boolean) {
    this.epoch = epoch
    this.isNewer = isNewer
    this.path = join(folder, 'app.db')
    this.#folder = folder
    this.#incoming = join(folder, 'replica/ltx/0')
    this.#fetched = txid
    this.#applied = txid
    mkdirSync(this.#incoming, { recursive: true })
    writeFileSync(`${this.path}-txid`, transactionFile(txid).slice(0, 16))
    this.#following = followFolder(this.path, join(folder, 'replica'))
    this.broken = new Promise((resolve) => {
      this.#following.ended.then((words) => {
        if (!this.#isClosed) resolve(words)
      })
    })
  }

  /**
   * Restores an epoch, complete and checked, into a folder that isn't there yet.
   *
   * @param migrations the folder of this release's
   * @throws {ReplicationProblem} if it can't be had
   * @throws {OlderSchema} if the writer has not migrated it to what this release needs
   */
  static async restore(
    base: string,
    epoch: number,
    { folder, migrations, ...options }: CommandOptions & { folder: string; migrations: string },
  ): Promise<Copy> {
    mkdirSync(folder, { recursive: true })
    try {
      const path = join(folder, 'app.db')
      const url = epochUrl(base, epoch)
      const txid = await restoreReplica(url, path, options)
      if (txid === null) throw new ReplicationProblem('replica-damaged', url, 'it is empty')
      prepare(path, url)
      const schema = readFresh(path, (database) => compareSchema(database, migrations))
      if (schema === 'older') throw new OlderSchema()
      return new Copy(epoch, folder, txid, schema === 'newer')
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** The last transaction that was brought. */
  get fetched(): number {
    return this.#fetched
  }

  /** The state that is read. */
  get position(): Position {
    return { epoch: this.epoch, txid: this.#lookApplied() }
  }

  /**
   * Brings the file of the transaction that follows.
   *
   * @throws {ReplicationProblem} if there is no room for it
   */
  bring(bytes: Buffer): void {
    const name = transactionFile(this.#fetched + 1)
    const path = join(this.#folder, name)
    try {
      writeFileSync(path, bytes)
      // Litestream is to see all of it or nothing.
      renameSync(path, join(this.#incoming, name))
    } catch (error) {
      throw fileProblem(error, this.#folder)
    }
    this.#fetched++
  }

  read<Result>(call: (database: Database) => Result): Result {
    return readFresh(this.path, call)
  }

  /** Gives up on a Litestream that does not get on. */
  abandon(): void {
    this.#following.kill()
  }

  /** Ends, and deletes what is on the disk: nobody may read it any more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#following.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #lookApplied(): number {
    if (this.#applied === this.#fetched || this.#isClosed) return this.#applied
    const noted = readFileSync(`${this.path}-txid`, 'utf8').trim()
    // While Litestream writes it, it may be there in part.
    const txid = /^[0-9a-f]{16}$/.test(noted) ? Number.parseInt(noted, 16) : this.#applied
    for (; this.#applied < txid; this.#applied++) {
      rmSync(join(this.#incoming, transactionFile(this.#applied + 1)), { force: true })
    }
    return this.#applied
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
