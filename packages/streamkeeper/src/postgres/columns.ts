import { sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'

/** A column of a table as the database has it. */
export type Column = {
  /** As in `entries.name`. */
  name: string
  table: string
  /** As `pg_type` has it, as in `int8`. */
  type: string
  isNullable: boolean
  hasDefault: boolean
  /** By itself, not with others. */
  isUnique: boolean
}

/** The columns of all tables of the app's schema. */
export async function columnsIn(database: Pick<NodePgDatabase, 'execute'>): Promise<Column[]> {
  const { rows } = await database.execute<Column>(sql`
    select table_name || '.' || column_name as name, table_name as "table", udt_name as type,
      is_nullable = 'YES' as "isNullable",
      column_default is not null or is_identity = 'YES' or is_generated <> 'NEVER' as "hasDefault",
      exists (select from pg_index as i
        join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
        where i.indrelid = format('%I.%I', table_schema, table_name)::regclass and a.attname = column_name
          and i.indisunique and i.indpred is null and i.indnkeyatts = 1) as "isUnique"
      from information_schema.columns where table_schema = current_schema()`)
  return rows
}

const texts = ['text', 'varchar', 'bpchar']
const integers = ['int2', 'int4', 'int8']

/** Whether who reads and writes one type can go on with another. */
export function isAsGood(type: string, asType: string): boolean {
  if (type === asType || (texts.includes(type) && texts.includes(asType))) return true
  return integers.includes(asType) && integers.indexOf(type) >= integers.indexOf(asType)
}
