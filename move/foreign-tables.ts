import type Sqlite from 'better-sqlite3'
import type { ClientBase } from 'pg'
import type { Table } from './table.ts'

/**
 * @param names the tables that the source has
 * @param without those that are known to stay behind
 * @throws {Error} if others would
 */
export function refuseForeign(names: string[], tables: Table[], without: string[]): void {
  const known = new Set([...tables.map(({ name }) => name), ...without])
  const foreign = names.filter((name) => !known.has(name))
  if (foreign.length === 0) return
  throw new Error(
    `The source has tables that db/schema.ts doesn't: ${foreign.join(', ')}. Add them there, or let them stay behind with ${foreign.map((name) => `--without ${name}`).join(' ')}.`,
  )
}

/** The tables of a SQLite file, without those of SQLite, Litestream and Drizzle. */
export function namesInSqlite(client: Sqlite.Database): string[] {
  const names = client
    .prepare(`select name from sqlite_master where type = 'table' order by name`)
    .pluck()
    .all() as string[]
  return names.filter((name) => !/^(sqlite_|_litestream_|__drizzle_migrations$)/.test(name))
}

/** The tables in the schema that unqualified names lead to. */
export async function namesInPostgres(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables
      where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name`,
  )
  return rows.map(({ name }) => name)
}
