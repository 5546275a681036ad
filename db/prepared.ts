import { connectionOf } from 'streamkeeper'
import type { Database } from './database.ts'

/**
 * Prepares a statement when it is first needed on a connection, of which a restore opens another; returns what gives
 * that of the connection that a database has at this moment. Each is prepared by itself: where a newer release has
 * migrated the data, what this one reads is there, and what it would write perhaps not.
 */
export function prepared<Statement>(
  prepare: (database: Database) => Statement,
): (database: Database) => Statement {
  const known = new WeakMap<object, Statement>()
  return (database) => {
    const connection = connectionOf(database.$client)
    const found = known.get(connection)
    if (found) return found
    const made = prepare(database)
    known.set(connection, made)
    return made
  }
}
