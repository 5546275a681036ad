import { drizzle } from 'drizzle-orm/better-sqlite3'
import { onPostgres, sqlite } from 'streamkeeper'
import { type Data, dataIn } from '../db/data.ts'

const database = drizzle({ client: sqlite() })
const inSqlite = dataIn((call) => call(database))

// It loads `pg`, which nobody else needs.
const inPostgres = Object.fromEntries(
  Object.keys(inSqlite).map((name) => [
    name,
    async (...given: unknown[]) => {
      const postgres = await import('../db/postgres/data.ts')
      return Reflect.apply(postgres.dataIn()[name as keyof Data], null, given)
    },
  ]),
) as Data

/** The functions of `db/`, on the database of this request as it is when they are called. */
export function requestData(): Data {
  return onPostgres() ? inPostgres : inSqlite
}
