import { getTableName, is } from 'drizzle-orm'
import { PgTable, getTableConfig as postgresConfig } from 'drizzle-orm/pg-core'
import { SQLiteTable, getTableConfig as sqliteConfig } from 'drizzle-orm/sqlite-core'

export type Kind = 'integer' | 'text' | 'real' | 'bytes' | 'boolean'

export type Column = { name: string; kind: Kind }

/** A table that both sides have. */
export type Table = {
  name: string
  columns: Column[]
  /** The columns of the primary key, as indexes into `columns`. */
  key: number[]
  /** Whether SQLite, too, never gives an id out twice (AUTOINCREMENT). */
  neverReusesIds: boolean
  /** Whether rows of some table refer to it, so that those that change can't be removed first. */
  isReferredTo: boolean
}

// What each type of SQLite may be in PostgreSQL without losing anything on the way there and back.
const kinds: Record<string, Record<string, Kind>> = {
  integer: {
    ...{ bigint: 'integer', integer: 'integer', smallint: 'integer', boolean: 'boolean' },
    ...{ bigserial: 'integer', serial: 'integer', smallserial: 'integer' },
  },
  text: { text: 'text', varchar: 'text' },
  real: { 'double precision': 'real' },
  blob: { bytea: 'bytes' },
}

/**
 * The tables of two modules of Drizzle's, those that others refer to before those.
 *
 * @throws {Error} if the modules differ in a way that data would not survive
 */
export function tablesOf(
  sqliteModule: Record<string, unknown>,
  postgresModule: Record<string, unknown>,
): Table[] {
  const here = Object.values(sqliteModule).filter((value) => is(value, SQLiteTable))
  const there = Object.values(postgresModule).filter((value) => is(value, PgTable))
  const names = new Set([...here, ...there].map(getTableName))
  const found = [...names].map((name) => {
    const [sqlite, postgres] = [here, there].map((all) =>
      all.find((table) => getTableName(table) === name),
    )
    if (!is(sqlite, SQLiteTable) || !is(postgres, PgTable)) {
      const missing = sqlite ? 'PostgreSQL' : 'SQLite'
      throw new Error(`The schema for ${missing} has no table ${name}: add it, and a migration.`)
    }
    return { table: common(name, sqlite, postgres), refersTo: references(sqlite) }
  })
  const referred = new Set(found.flatMap(({ refersTo }) => refersTo))
  const pairs = found.map(({ table, refersTo }) => {
    return { table: { ...table, isReferredTo: referred.has(table.name) }, refersTo }
  })
  return parentsFirst(pairs)
}

function common(name: string, sqlite: SQLiteTable, postgres: PgTable): Omit<Table, 'isReferredTo'> {
  const { columns, primaryKeys } = sqliteConfig(sqlite)
  const others = postgresConfig(postgres).columns
  if (columns.length !== others.length) {
    throw new Error(`The schemas for SQLite and PostgreSQL differ in the columns of ${name}.`)
  }
  const key = primaryKeys[0]?.columns ?? columns.filter(({ primary }) => primary)
  if (key.length === 0) throw new Error(`${name} has no primary key, and can't be moved without.`)
  return {
    name,
    columns: columns.map((column) => {
      const other = others.find((found) => found.name === column.name)
      const type = other ? bare(other.getSQLType()) : 'missing'
      const kind = kinds[bare(column.getSQLType())]?.[type]
      if (kind) return { name: column.name, kind }
      throw new Error(
        `${name}.${column.name} is ${column.getSQLType()} in SQLite and ${type} in PostgreSQL: that can't be moved there and back.`,
      )
    }),
    key: key.map((column) => columns.findIndex(({ name }) => name === column.name)),
    neverReusesIds: key.some(
      (column) => 'autoIncrement' in column && column.autoIncrement === true,
    ),
  }
}

// Without a length, as in varchar(20).
function bare(type: string): string {
  return type.replace(/\(.*\)/, '')
}

function references(table: SQLiteTable): string[] {
  return sqliteConfig(table).foreignKeys.map((key) => getTableName(key.reference().foreignTable))
}

function parentsFirst(pairs: { table: Table; refersTo: string[] }[]): Table[] {
  const [sorted, rest] = [[] as Table[], [...pairs]]
  while (rest.length > 0) {
    const isFree = ({ table, refersTo }: { table: Table; refersTo: string[] }) =>
      refersTo.every((name) => name === table.name || sorted.some((other) => other.name === name))
    // Those that refer to each other come in any order: the database says so where it minds.
    const [next] = rest.splice(Math.max(0, rest.findIndex(isFree)), 1)
    if (next) sorted.push(next.table)
  }
  return sorted
}
