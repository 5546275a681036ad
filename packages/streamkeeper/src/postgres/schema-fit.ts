import { is, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'

/** What a release can't do with a database that a newer one has migrated. */
export type SchemaFit = {
  /** Tables and columns that it uses, and are gone. */
  missing: string[]
  /** Columns that it doesn't know, and a new row needs. */
  demanded: string[]
}

type Column = { table: string; column: string; needed: boolean }

/** Compares the tables that a release uses with those that are there. */
export async function schemaFit(
  database: Pick<NodePgDatabase, 'execute'>,
  schema: Record<string, unknown>,
): Promise<SchemaFit> {
  const { rows } = await database.execute<Column>(sql`
    select table_name as "table", column_name as "column",
      is_nullable = 'NO' and column_default is null and is_identity = 'NO' and is_generated = 'NEVER' as needed
      from information_schema.columns where table_schema = current_schema()`)
  const there = new Map(rows.map((row) => [`${row.table}.${row.column}`, row]))
  const tables = Object.values(schema).filter((value) => is(value, PgTable))
  const used = new Map(
    tables.map((table) => {
      const { name, columns } = getTableConfig(table)
      return [name, new Set(columns.map((column) => column.name))]
    }),
  )
  const missing = [...used].flatMap(([table, columns]) =>
    [...columns].map((column) => `${table}.${column}`).filter((name) => !there.has(name)),
  )
  const demanded = rows.filter(
    ({ table, column, needed }) => needed && used.get(table)?.has(column) === false,
  )
  return { missing, demanded: demanded.map(({ table, column }) => `${table}.${column}`) }
}
