import { drizzle } from 'drizzle-orm/better-sqlite3'
import { onPostgres, sqlite } from 'streamkeeper'
import { type Data, dataIn } from '../db/data.ts'

const database = drizzle({ client: sqlite() })
const inSqlite = dataIn((call) => call(database))
let inPostgres: Promise<Data> | null = null

/** The functions of `db/`, on the database of this request as it is when they are called. */
export async function requestData(): Promise<Data> {
  if (!onPostgres()) return inSqlite
  // What loads `pg`, which nobody else needs.
  inPostgres ??= import('../db/postgres/data.ts').then((postgres) => postgres.dataIn())
  return inPostgres
}
