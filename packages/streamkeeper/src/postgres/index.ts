import type { Pool } from 'pg'
import { shared } from '../server/runtime.ts'
import { PostgresProblem, plainError } from './problem.ts'
import { retryConflicts } from './retry-conflicts.ts'

/**
 * The connections to PostgreSQL, where `DATABASE_URL` is set. It is one object for good, so that it can be taken at
 * the top of a module: `drizzle({ client: postgres() })`.
 *
 * @throws {Error} on access, where no server on PostgreSQL runs
 */
export function postgres(): Pool {
  return pool
}

/**
 * Runs a transaction, or a statement, on {@link postgres}: again where the database refuses one of two that
 * conflict, ten times at most. So it is to be the whole transaction, and nothing besides.
 *
 * @throws {PostgresProblem} if the server is the problem, and not what it was asked; never with the query in it
 * @throws whatever else `call` throws
 */
export async function ask<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await retryConflicts(call)
  } catch (error) {
    const plain = plainError(error)
    if (plain instanceof PostgresProblem) shared.postgres?.onProblem()
    throw plain
  }
}

const pool = new Proxy({} as Pool, {
  get(_, name) {
    const current = currentPool()
    const value: unknown = Reflect.get(current, name, current)
    return typeof value === 'function' ? value.bind(current) : value
  },
  has: (_, name) => Reflect.has(currentPool(), name),
  // By this name Drizzle knows what to take a connection of its own from, for a transaction.
  getPrototypeOf: () => ({ constructor: { name: 'Pool' } }),
})

function currentPool(): object {
  if (shared.postgres) return shared.postgres.pool
  throw new Error('There is no PostgreSQL here: DATABASE_URL is not set, or no server runs.')
}
