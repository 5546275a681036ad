import { is, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { type Column, columnsIn, isAsGood } from './columns.ts'

/** What a release can't do with a database that a newer one has migrated. */
export type SchemaFit = {
  /** Tables and columns that it uses, and are gone or have another type. */
  missing: string[]
  /** What a new row needs, and this release may not give it. */
  demanded: string[]
}

type Database = Pick<NodePgDatabase, 'execute'>

/** A column as the release knows it. */
type Known = { name: string; type: string; mayBeNull: boolean; isUnique: boolean }

/** Compares the tables that a release uses with those that are there. */
export async function schemaFit(
  database: Database,
  schema: Record<string, unknown>,
): Promise<SchemaFit> {
  const tables = Object.values(schema)
    .filter((value) => is(value, PgTable))
    .map((table) => getTableConfig(table))
  const known = tables.flatMap(knownColumns)
  const columns = await columnsIn(database)
  const there = new Map(columns.map((column) => [column.name, column]))
  const types = await typesOf(database, [...new Set(known.map(({ type }) => type))])
  const fits = ({ name, type }: Known) => {
    const column = there.get(name)
    const as = types.get(type) ?? column?.type
    return column !== undefined && as !== undefined && isAsGood(column.type, as)
  }
  const demanded = [
    ...known.flatMap((column) => demandedOf(column, there.get(column.name))),
    ...unknownDemanded(columns, tables, known),
  ]
  return { missing: known.filter((column) => !fits(column)).map(({ name }) => name), demanded }
}

type Table = ReturnType<typeof getTableConfig>

function knownColumns({ name: table, columns, uniqueConstraints }: Table): Known[] {
  const single = uniqueConstraints.filter(({ columns }) => columns.length === 1)
  const unique = single.map(({ columns }) => columns[0]?.name)
  return columns.map((column) => ({
    name: `${table}.${column.name}`,
    type: column.getSQLType(),
    mayBeNull: !column.notNull,
    isUnique: column.primary || column.isUnique || unique.includes(column.name),
  }))
}

function demandedOf({ name, mayBeNull, isUnique }: Known, there: Column | undefined): string[] {
  if (!there) return []
  // Writing it again with the same key asks for that.
  if (isUnique && !there.isUnique) return [`${name} to be unique`]
  return mayBeNull && !there.isNullable ? [name] : []
}

function unknownDemanded(columns: Column[], tables: Table[], known: Known[]): string[] {
  const used = new Set(tables.map(({ name }) => name))
  const names = new Set(known.map(({ name }) => name))
  return columns
    .filter(({ table, name }) => used.has(table) && !names.has(name))
    .filter(({ isNullable, hasDefault }) => !isNullable && !hasDefault)
    .map(({ name }) => name)
}

/** What the database calls types; those that it does not know, such as `serial`, are not among them. */
async function typesOf(database: Database, wanted: string[]): Promise<Map<string, string>> {
  const { rows } = await database.execute<{ wanted: string; type: string }>(sql`
    select wanted, typname as type from json_array_elements_text(${JSON.stringify(wanted)}::json) as wanted
      join pg_type on oid = to_regtype(wanted)::oid`)
  return new Map(rows.map(({ wanted, type }) => [wanted, type]))
}
