import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import type { Database } from '../db/open.ts'

/**
 * Calls a function with the database file at `path`, in one read transaction on a connection of its
 * own. Litestream changes the file without telling SQLite's other connections: one that is kept open
 * goes on seeing old pages, or mixes them with new ones.
 */
export function readFresh<Result>(path: string, call: (database: Database) => Result): Result {
  // Litestream locks the file while it applies a change: a few milliseconds.
  const client = new Sqlite(path, { readonly: true, fileMustExist: true, timeout: 2_000 })
  let result: Result
  try {
    client.exec('begin')
    result = call(drizzle({ client }))
  } catch (error) {
    client.close()
    throw error
  }
  const close = () => client.close()
  if (result instanceof Promise) result.then(close, close)
  else close()
  return result
}
