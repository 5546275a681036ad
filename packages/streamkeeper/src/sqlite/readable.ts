// Not all of Drizzle, which would take 0.6 s to load.
import { is } from 'drizzle-orm/entity'
import { getTableName, Table } from 'drizzle-orm/table'
import { getTableColumns } from 'drizzle-orm/utils'
import type { Database } from './open.ts'

type Tables = Record<string, unknown>

/** Whether the database has every table and column that this release reads, whoever migrated it. */
export function isReadable(database: Database, schema: Tables = {}): boolean {
  return missingFrom(database, schema).length === 0
}

/** The columns that this release reads and the database lacks, as TABLE.COLUMN. */
export function missingFrom(database: Database, schema: Tables): string[] {
  const columnsOf = database.$client.prepare('select name from pragma_table_info(?)').pluck()
  return Object.values(schema)
    .filter((table) => is(table, Table))
    .flatMap((table) => {
      const name = getTableName(table)
      const found = new Set(columnsOf.all(name))
      const missing = Object.values(getTableColumns(table)).filter(
        (column) => !found.has(column.name),
      )
      return missing.map((column) => `${name}.${column.name}`)
    })
}
