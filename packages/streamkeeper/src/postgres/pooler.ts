import type { ClientBase } from 'pg'

/**
 * Whether a pooler such as PgBouncer stands between: another process answers than the one that has let this
 * connection in. What is set for a session may then be set for somebody else's transactions, and not for these.
 */
export async function isPooled(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const pid = rows[0]?.pid ?? 0
  // CockroachDB has no processes.
  return pid > 0 && pid !== Reflect.get(client, 'processID')
}
