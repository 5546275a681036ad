import { sql } from 'drizzle-orm'
import type { Database } from './open.ts'
import { PostgresProblem } from './problem.ts'

/**
 * Where a move of data to the database (docs/moving.md) has begun and not ended, some of it is missing,
 * and what people wrote would be in the way of the rest.
 *
 * @throws {PostgresProblem} then
 */
export async function refuseHalfMoved(database: Database): Promise<void> {
  const table = sql`select 1 from information_schema.tables
    where table_schema = 'drizzle' and table_name = 'moves'`
  if ((await database.execute(table)).rows.length === 0) return
  const newest = sql`select started, finished from drizzle.moves order by id desc limit 1`
  const { rows } = await database.execute<{ started: string; finished: string | null }>(newest)
  if (rows[0]?.finished !== null) return
  throw new PostgresProblem('database-half-moved', new Error(`it began at ${rows[0].started}`))
}
