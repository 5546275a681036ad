import { rmSync, statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { timed } from '../litestream/timed.ts'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { compareSchema, isNothing, migrateDatabase, newerSchema } from '../sqlite/migrate.ts'
import { migrateApart } from '../sqlite/migrate-apart.ts'
import { type Database, openDatabase } from '../sqlite/open.ts'
import { isReadable } from '../sqlite/readable.ts'
import { log } from './log.ts'

/** What the schema of the file is beside this release's. */
export type Schema = 'same' | 'newer'

/** A file that was migrated as far as this release may, and can be read. */
export type Prepared = { schema: Schema; isMigrated: boolean }

/** The database file of this instance and its connections. */
export class DatabaseFile {
  readonly path: string
  protected readonly app: AppSchema
  #open: Database | null = null
  /** The one that can only read, while the other writes. */
  #reading: Database | null = null
  #isWritten = false
  /**
   * There where this process has migrated the file for itself. Closed last, a connection that can only
   * read leaves that in the WAL, and the file as the bucket has it.
   */
  #last: Sqlite.Database | null = null
  /** `newer` where another release has migrated the file: this one reads it, and never writes to it. */
  schema: Schema = 'same'

  constructor(path: string, app: AppSchema) {
    this.path = path
    this.app = app
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
   * A connection that can only read, also while the other one writes.
   *
   * @throws {Error} where there is no database yet
   */
  get reading(): Database {
    if (!this.#isWritten) return this.open
    // With the settings of the other, none of which it could set.
    this.#reading ??= {
      $client: new Sqlite(this.path, { readonly: true, fileMustExist: true }),
    }
    return this.#reading
  }

  /** Whether the WAL has what this process has migrated, and nothing else. */
  protected get isMigratedHere(): boolean {
    return this.#last !== null
  }

  /** From now on nothing is written to the file: what was not committed by now never will be. */
  stopWriting(): void {
    if (!this.#open) return
    this.#open.$client.pragma('query_only = ON')
    // It could still be committed, and the file would have what the bucket does not.
    endTransaction(this.#open)
  }

  close(): void {
    // Before the one that writes, which brings the WAL into the file when it is closed last.
    this.endReading()
    this.#open?.$client.close()
    this.#open = null
    if (!this.#last) return
    this.#last.close()
    this.#last = null
    this.removeWal()
  }

  protected openOrCreate(): Database {
    this.#open ??= createDatabase(this.path, this.app)
    if (this.schema === 'newer') throw newerSchema(this.#open, this.app.migrations)
    return this.#open
  }

  protected beginWriting(): void {
    this.#isWritten = true
    endTransaction(this.open)
    this.open.$client.pragma('query_only = OFF')
    this.#last?.close()
    this.#last = null
  }

  protected endReading(): void {
    this.#isWritten = false
    this.#reading?.$client.close()
    this.#reading = null
  }

  /**
   * Opens it to be read, where it isn't open.
   *
   * @param prepared the copy that it is now, and nothing of which is missing in the bucket; null for any other
   */
  protected openToRead(prepared: Prepared | null = null): void {
    this.#open ??= openReadOnly(this.path)
    if (prepared?.isMigrated) this.#last = openLast(this.path)
  }

  /** Brings all of the WAL into the file, which the last connection does when it is closed. */
  protected isAllInFile(): boolean {
    this.close()
    const isAll = !statSync(`${this.path}-wal`, { throwIfNoEntry: false })?.size
    this.#open = openReadOnly(this.path)
    return isAll
  }

  protected removeWal(): void {
    for (const suffix of ['-wal', '-shm']) rmSync(this.path + suffix, { force: true })
  }

  /**
   * Migrates a file, in its WAL, unless a newer release has; says in the log what takes long.
   *
   * @throws {NewerSchema} if it is newer, and this release can't read it
   */
  protected async prepare(file: string): Promise<Prepared> {
    if (isNewer(file, this.app)) return { schema: 'newer', isMigrated: false }
    const last = openLast(file)
    try {
      const migrated = await timed('migrate', () =>
        migrateApart(file, this.app, (words) => log('INFO', words)),
      )
      return { schema: 'same', isMigrated: !isNothing(migrated) }
    } finally {
      last.close()
    }
  }
}

function createDatabase(path: string, app: AppSchema): Database {
  const database = openDatabase(path)
  try {
    migrateDatabase(database, app)
    return database
  } catch (error) {
    database.$client.close()
    throw error
  }
}

function openReadOnly(path: string): Database {
  const database = openDatabase(path)
  database.$client.pragma('query_only = ON')
  return database
}

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
