import type Sqlite from 'better-sqlite3'
import type { ClientBase } from 'pg'
import type { Table } from './table.ts'

type Column = { table: string; column: string }

/**
 * @param columns what the source has
 * @param without tables, and columns as TABLE.COLUMN, that are known to stay behind
 * @throws {Error} if others would
 */
export function refuseForeign(columns: Column[], tables: Table[], without: string[]): void {
  const known = new Map(tables.map((one) => [one.name, new Set(one.columns.map((c) => c.name))]))
  const unknown = columns.flatMap(({ table, column }) => {
    const names = known.get(table)
    if (names?.has(column)) return []
    return [names ? `${table}.${column}` : table]
  })
  const foreign = [...new Set(unknown)].filter((name) => !without.includes(name))
  if (foreign.length === 0) return
  throw new Error(
    `The source has what the schemas don't: ${foreign.join(', ')}. Add it to both in streamkeeper.config.ts, or let it stay behind with ${foreign.map((name) => `--without ${name}`).join(' ')}.`,
  )
}

/** What a SQLite file has, without what is SQLite's, Litestream's, Drizzle's and the machine's. */
export function columnsInSqlite(client: Sqlite.Database): Column[] {
  const columns = client
    .prepare(
      `select tables.name as "table", columns.name as "column"
        from sqlite_master as tables, pragma_table_info(tables.name) as columns
        where tables.type = 'table' order by tables.name, columns.cid`,
    )
    .all() as Column[]
  return columns.filter(
    ({ table }) => !/^(sqlite_|_litestream_|_streamkeeper_|__drizzle_migrations$)/.test(table),
  )
}

/** What the schema has that unqualified names lead to. */
export async function columnsInPostgres(client: ClientBase): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select table_name as "table", column_name as "column"
      from information_schema.tables join information_schema.columns using (table_schema, table_name)
      where table_schema = current_schema() and table_type = 'BASE TABLE' and is_generated = 'NEVER'
      order by table_name, ordinal_position`,
  )
  return rows
}
