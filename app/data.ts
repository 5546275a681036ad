import { drizzle } from 'drizzle-orm/better-sqlite3'
import { connection } from 'next/server'
import { onPostgres, sqlite } from 'streamkeeper'
import { type Data, dataIn } from '../db/data.ts'

export { durable } from 'streamkeeper'

const database = drizzle({ client: sqlite() })
const inSqlite = dataIn((call) => call(database))

/**
 * The functions of `db/`, on the database as it is when they are called. Waits for a request, as
 * there is no database during the build.
 */
export async function data(): Promise<Data> {
  await connection()
  if (!onPostgres()) return inSqlite
  // What loads `pg`, which nobody else needs.
  const postgres = await import('../db/postgres/data.ts')
  return postgres.dataIn()
}
