import Sqlite from 'better-sqlite3'
import { createEvents } from './events.ts'
import { readMigrations, type Migration as Whole } from './migrations.ts'

type Migration = Pick<Whole, 'name' | 'at' | 'statements'>

/** The tables and columns (TABLE.COLUMN) that a release before may still read, and a migration takes away. */
export type Breaking = {
  /** As drizzle-kit's journal names it. */
  migration: string
  statement: string
  lost: string[]
}

/**
 * Finds what tables and columns the pending migrations drop or rename; null where none. A table that
 * is rebuilt with all of its columns loses nothing.
 *
 * @param applied the migrations of the release before
 */
export function findBreaking(applied: Migration[], pending: Migration[]): Breaking | null {
  const database = new Sqlite(':memory:')
  try {
    // As where migrations run: a table can be rebuilt that others, views or triggers name.
    database.pragma('foreign_keys = OFF')
    database.pragma('legacy_alter_table = ON')
    createEvents(database)
    for (const { statements } of applied) database.exec(statements.join(';\n'))
    const before = namesIn(database)
    const steps = pending.flatMap(({ name, statements }) =>
      statements.map((statement) => {
        database.exec(statement)
        return {
          migration: name.replace(/\.sql$/, ''),
          statement: statement.trim(),
          names: namesIn(database),
        }
      }),
    )
    const after = steps.at(-1)?.names ?? before
    const lost = [...before].filter((name) => !after.has(name))
    const [first] = lost
    if (first === undefined) return null
    // Where it went for good: a table that is rebuilt is away for a moment.
    const step = steps[steps.findLastIndex(({ names }) => names.has(first)) + 1]
    const { migration = '', statement = '' } = step ?? {}
    return { migration, statement, lost: lost.filter((name) => !isOfLostTable(name, lost)) }
  } finally {
    database.close()
  }
}

/** Finds the same among the migrations in a folder, for a release before that is at `migration`. */
export function breakingSince(folder: string | null, migration: number): Breaking | null {
  const all = readMigrations(folder)
  const pending = all.filter(({ at }) => at > migration)
  if (pending.length === 0) return null
  return findBreaking(
    all.filter(({ at }) => at <= migration),
    pending,
  )
}

function namesIn(database: Sqlite.Database): Set<string> {
  const tables = database
    .prepare(
      `select lower(name) from sqlite_master
        where type in ('table', 'view') and name not like 'sqlite\\_%' escape '\\'`,
    )
    .pluck()
    .all() as string[]
  return new Set(tables.flatMap((table) => [table, ...columnsOf(database, table)]))
}

// A view has none while the table that it reads is made again.
function columnsOf(database: Sqlite.Database, table: string): string[] {
  try {
    const columns = database.prepare('select lower(name) from pragma_table_xinfo(?)').pluck()
    return (columns.all(table) as string[]).map((column) => `${table}.${column}`)
  } catch {
    return []
  }
}

function isOfLostTable(name: string, lost: string[]): boolean {
  const [table = ''] = name.split('.')
  return name !== table && lost.includes(table)
}
