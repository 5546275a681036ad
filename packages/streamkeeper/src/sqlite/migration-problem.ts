import Sqlite from 'better-sqlite3'

/** The database was migrated by another release, to what this one doesn't know. */
export class NewerSchema extends Error {
  readonly code = 'newer-schema'
  readonly database: string
  readonly known: string

  /**
   * @param database the newest migration of the database that this release doesn't know
   * @param known this release's newest
   */
  constructor(database: string, known: string) {
    super(
      database > known
        ? `The database is at migration ${database}, and this release knows none after ${known}.`
        : `The database has migration ${database}, which this release doesn't know; its newest is ${known}. If the file was removed, put it back beside the others, and into their journal.`,
    )
    this.database = database
    this.known = known
  }
}

/** The migrations can't be applied; the database is as it was. */
export class MigrationProblem extends Error {
  readonly code = 'migration-failed'
}

const advice =
  'Nothing was changed: the release before goes on with this database. Correct the migration, or the rows that it meets, and deploy again.'

/** @param what the file and the statement that could not be run */
export function failedMigration(what: string, error: unknown): MigrationProblem {
  if (error instanceof MigrationProblem) return error
  const reason = error instanceof Error ? error.message : String(error)
  const isFull = error instanceof Sqlite.SqliteError && error.code === 'SQLITE_FULL'
  const next = isFull
    ? 'Nothing was changed. A migration needs as much room as the tables that it rewrites, twice: give the instance more memory or disk, and start again.'
    : advice
  return new MigrationProblem(`${what}: ${reason}. ${next}`, { cause: error })
}

/** What is found before anything is run, or just before the commit. */
export function refusedMigration(what: string, reason: string): MigrationProblem {
  return failedMigration(what, new Error(reason))
}
