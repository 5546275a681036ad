import Sqlite from 'better-sqlite3'

/** A connection, reachable as in Drizzle's databases. Drizzle itself would take 0.6 s to load. */
export type Database = { $client: Sqlite.Database }

/**
 * Opens the database file at `path`, creating it if there is none, with the pragmas that
 * Litestream needs (https://litestream.io/tips/).
 *
 * @throws {Sqlite.SqliteError} if the file can't be opened or isn't a database
 */
export function openDatabase(path: string): Database {
  const client = new Sqlite(path)
  try {
    client.pragma('journal_mode = WAL')
    // In WAL mode this can't corrupt; what a power cut takes is what the bucket keeps.
    client.pragma('synchronous = NORMAL')
    client.pragma('busy_timeout = 5000')
    client.pragma('foreign_keys = ON')
    // Deleted text would stay in the file, and so in each later snapshot, until its place is needed.
    client.pragma('secure_delete = ON')
    // A checkpoint of ours could reset the WAL before Litestream has read it.
    client.pragma('wal_autocheckpoint = 0')
  } catch (error) {
    client.close()
    throw error
  }
  return { $client: client }
}
