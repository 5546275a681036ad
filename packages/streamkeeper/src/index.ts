import type { Database } from 'better-sqlite3'
import { shared } from './server/runtime.ts'

/**
 * The connection of the request, or of the job, that runs at this moment. It is one object for good, so that it can be
 * taken at the top of a module: `drizzle({ client: sqlite() })`. Each access goes to the connection that is
 * right then, as a restore puts another file in its place. It can only read unless the request was admitted as
 * a write.
 *
 * @throws {Error} on access, where no request is being served
 */
export function sqlite(): Database {
  return connection
}

const connection = new Proxy({} as Database, {
  get(_, name) {
    const current = currentConnection()
    const value: unknown = Reflect.get(current, name, current)
    return typeof value === 'function' ? value.bind(current) : value
  },
  set: (_, name, value) => Reflect.set(currentConnection(), name, value),
  has: (_, name) => Reflect.has(currentConnection(), name),
})

function currentConnection(): Database {
  const scope = shared.scopes.getStore()
  if (scope) return scope.connection()
  throw new Error(
    'There is no request that the database could be used for. A page that is rendered in the build awaits `connection()` of next/server first.',
  )
}
