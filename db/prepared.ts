import { connectionOf } from 'streamkeeper'
import type { Database } from './database.ts'

/**
 * Prepares statements once for each connection, of which a restore opens another; returns what gives those of the
 * connection that a database has at this moment.
 */
export function prepared<Statements>(
  prepare: (database: Database) => Statements,
): (database: Database) => Statements {
  const known = new WeakMap<object, Statements>()
  return (database) => {
    const connection = connectionOf(database.$client)
    const found = known.get(connection)
    if (found) return found
    const made = prepare(database)
    known.set(connection, made)
    return made
  }
}
