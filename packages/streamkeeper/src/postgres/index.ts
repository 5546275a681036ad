import type { Pool } from 'pg'
import { shared } from '../server/runtime.ts'
import { askUntil, type How } from './ask-until.ts'
import { PostgresProblem } from './problem.ts'

export type { How }

/**
 * The connections to PostgreSQL, where `DATABASE_URL` is set. It is one object for good, so that it can be taken at
 * the top of a module: `drizzle({ client: postgres() })`.
 *
 * @throws {Error} on access, where no server on PostgreSQL runs
 */
export function postgres(): Pool {
  return pool
}

/** All that one request asks takes no longer, however often it is tried. */
const requestMs = 10_000
// Something can still be read after it, such as a page that says what became of it.
const onceMs = 6_000
// How long one of two servers is tried before the other.
const elsewhereMs = 2_000

/**
 * Runs a transaction, or a statement, on {@link postgres}: again where the database refuses one of two that
 * conflict. So it is to be the whole transaction, and nothing besides. A change that is `repeatable`, as it has a key or
 * sets what is set already, and a `read` are also done again where the answer fails to come, as another server takes
 * over. A `read` may be of a standby, where `DATABASE_READ_URL` names one. All that a request asks ends within 10 s.
 *
 * @throws {PostgresProblem} if the server is the problem, and not what it was asked; never with the query in it.
 *   `isUnclear` of streamkeeper tells whether a change may have been made nevertheless
 * @throws whatever else `call` throws
 */
export async function ask<Result>(call: () => Promise<Result>, how: How = 'once'): Promise<Result> {
  const now = performance.now()
  const scope = shared.scopes.getStore()
  const deadline = scope?.deadline
  const endsAtMs = deadline?.endsAtMs ?? now + requestMs - (deadline?.waitedMs ?? 0)
  if (deadline) deadline.endsAtMs = endsAtMs
  const until = how === 'once' ? Math.min(endsAtMs, now + onceMs) : endsAtMs
  const onProblem = () => shared.postgres?.onProblem()
  const standby = shared.postgres?.standby
  if (how !== 'read' || !scope || !standby) return askUntil(until, call, how, onProblem)
  const here = () => shared.scopes.run({ ...scope, pool: standby.pool }, call)
  const soon = Math.min(until, now + elsewhereMs)
  if (scope.mayLag && standby.isThere) {
    try {
      return await askUntil(soon, here, how)
    } catch (error) {
      if (!(error instanceof PostgresProblem)) throw error
    }
    // All else that this request asks would wait for the same.
    scope.mayLag = false
    return askUntil(until, call, how, onProblem)
  }
  try {
    return await askUntil(soon, call, how, onProblem)
  } catch (error) {
    // A page can be read though nothing can be written.
    if (!(error instanceof PostgresProblem) || !standby.isThere) throw error
    scope.mayLag = true
    scope.onLag?.()
    return askUntil(until, here, how)
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
  if (shared.postgres) return shared.scopes.getStore()?.pool ?? shared.postgres.pool
  throw new Error('There is no PostgreSQL here: DATABASE_URL is not set, or no server runs.')
}
