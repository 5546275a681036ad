import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as schema from '../../../../db/schema.ts'
import type { Database } from './open.ts'

/** Whether the database has every table and column that this release reads, whoever migrated it. */
export function isReadable(database: Database): boolean {
  return missingFrom(database).length === 0
}

/** The columns that this release reads and the database lacks, as TABLE.COLUMN. */
export function missingFrom(database: Database): string[] {
  const columnsOf = database.$client.prepare('select name from pragma_table_info(?)').pluck()
  return Object.values(schema)
    .filter((table) => is(table, SQLiteTable))
    .map((table) => getTableConfig(table))
    .flatMap(({ name, columns }) => {
      const found = new Set(columnsOf.all(name))
      const missing = columns.filter((column) => !found.has(column.name))
      return missing.map((column) => `${name}.${column.name}`)
    })
}
