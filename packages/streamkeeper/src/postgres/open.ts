import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { ClientBase, Pool } from 'pg'
import { Connections, watchStatements } from './connections.ts'
import { isPooled } from './pooler.ts'
import { PostgresProblem } from './problem.ts'

/** A Drizzle database over a pool of connections, reachable as `$client`. */
export type Database = NodePgDatabase & { $client: Pool }

/** For how long, in milliseconds, who asks is kept waiting: less than a person waits in all. */
export type Patience = { connectMs: number; statementMs: number; answerMs: number }

// Node-postgres would wait for ever for a server that is gone without a word. A statement is given up by the
// server first, which then says so.
const patience: Patience = { connectMs: 3_000, statementMs: 5_000, answerMs: 6_000 }

/**
 * Makes a pool; it connects when it is first asked something, and again after each failure.
 *
 * @param url as in postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=require, or with
 *   `?host=/DIRECTORY` for a socket
 * @param name of the app, which the server lists its connections by
 * @param connections at most; one serves many requests, and all instances share the server's limit
 */
export function openPostgres(
  url: string,
  name: string,
  connections = 5,
  { connectMs, statementMs, answerMs } = patience,
): Database {
  const client = new Connections({
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    connectionString: url,
    max: connections,
    application_name: name,
    keepAlive: true,
    onConnect: (connection) => prepareConnection(connection, statementMs),
  })
  // Without listeners, a connection that is cut would end the process: one that idles is the pool's,
  // one in a transaction is the client's. Whoever uses it gets the error besides.
  client.on('error', () => {})
  client.on('connect', (connection) => connection.on('error', () => {}))
  return drizzle({ client })
}

// A commit that is answered has to be on the server's disk: the app promises it to people. By statements, as
// some servers refuse what they don't know in the startup packet.
async function prepareConnection(connection: ClientBase, statementMs: number): Promise<void> {
  watchStatements(connection)
  if (await isPooled(connection)) return refuseForgetful(connection)
  await connection.query(
    `select set_config('statement_timeout', '${statementMs}', false),
      set_config('synchronous_commit', case setting when 'off' then 'on' else setting end, false)
      from (select current_setting('synchronous_commit') as setting) as now`,
  )
}

// Nothing can be set there for these connections alone.
async function refuseForgetful(connection: ClientBase): Promise<void> {
  const { rows } = await connection.query<{ setting: string }>(
    `select current_setting('synchronous_commit') as setting`,
  )
  if (rows[0]?.setting !== 'off') return
  throw new PostgresProblem('database-forgetful', new Error('synchronous_commit is off'))
}
