import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import { type ClientBase, Pool } from 'pg'

/** A Drizzle database over a pool of connections, reachable as `$client`. */
export type Database = NodePgDatabase & { $client: Pool }

// Longer than any statement of the app takes, and shorter than a person waits.
const statementMs = 5_000

// Node-postgres would wait for ever for a server that is gone without a word.
const patience = { connectionTimeoutMillis: 5_000, query_timeout: statementMs + 2_000 }

/**
 * Makes a pool; it connects when it is first asked something, and again after each failure.
 *
 * @param url as in postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, or with
 *   `?host=/DIRECTORY` for a socket
 * @param name of the app, which the server lists its connections by
 * @param connections at most; one serves many requests, and all instances share the server's limit
 */
export function openPostgres(url: string, name: string, connections = 5): Database {
  const client = new Pool({
    ...patience,
    connectionString: url,
    max: connections,
    application_name: name,
    keepAlive: true,
    onConnect: prepareConnection,
  })
  // Without listeners, a connection that is cut would end the process: one that idles is the pool's,
  // one in a transaction is the client's. Whoever uses it gets the error besides.
  client.on('error', () => {})
  client.on('connect', (connection) => connection.on('error', () => {}))
  return drizzle({ client })
}

// By statements, as poolers such as PgBouncer refuse what they don't know in the startup packet. A
// commit that is answered has to be on the server's disk: the app promises it to people.
async function prepareConnection(connection: ClientBase): Promise<void> {
  await connection.query(`select set_config('statement_timeout', '${statementMs}', false)`)
  await connection.query(
    `select set_config('synchronous_commit', 'on', false)
      where current_setting('synchronous_commit') = 'off'`,
  )
}
