import type Sqlite from 'better-sqlite3'
import { refusedMigration } from './migration-problem.ts'

/** The rows that refer to nothing, in words. */
export function lostReferences(client: Sqlite.Database): string[] {
  const rows = client.pragma('foreign_key_check') as Record<'table' | 'rowid' | 'parent', string>[]
  return rows.map(({ table, rowid, parent }) => {
    return `row ${rowid} of ${table} refers to no row of ${parent}`
  })
}

/** @throws {MigrationProblem} with the rows that refer to nothing, and did not `before` */
export function refuseLostReferences(client: Sqlite.Database, before: readonly string[]): void {
  const known = new Set(before)
  const lost = lostReferences(client).filter((words) => !known.has(words))
  if (lost.length === 0) return
  const named = lost.slice(0, 10)
  const more = lost.length > named.length ? `, and ${lost.length - named.length} more` : ''
  throw refusedMigration(
    "The migrations can't be applied",
    `after them, ${named.join(', ')}${more}`,
  )
}

/**
 * The views, and the tables with triggers, that SQLite can't compile: they name what isn't there.
 * Those of a dropped table show only when they are used.
 */
export function brokenParts(client: Sqlite.Database): Map<string, string> {
  const broken = new Map<string, string>()
  for (const [name, ...uses] of [...viewsOf(client), ...tablesWithTriggers(client)]) {
    for (const sql of uses) {
      try {
        client.prepare(sql)
      } catch (error) {
        broken.set(name, error instanceof Error ? error.message : String(error))
      }
    }
  }
  return broken
}

/** @throws {MigrationProblem} with what was not broken before */
export function refuseBroken(client: Sqlite.Database, before: Map<string, string>): void {
  const broken = [...brokenParts(client)].filter(([name]) => !before.has(name))
  if (broken.length === 0) return
  const named = broken.map(([name, reason]) => `${name} is broken: ${reason}`)
  throw refusedMigration("The migrations can't be applied", `after them, ${named.join(', ')}`)
}

type Uses = [name: string, ...sql: string[]]

function viewsOf(client: Sqlite.Database): Uses[] {
  const names = client.prepare(`SELECT name FROM sqlite_master WHERE type = 'view'`).pluck()
  return (names.all() as string[]).map((name) => [`view ${name}`, `SELECT * FROM ${quoted(name)}`])
}

function tablesWithTriggers(client: Sqlite.Database): Uses[] {
  const names =
    client.prepare(`SELECT DISTINCT tbl_name FROM sqlite_master AS t WHERE type = 'trigger'
    AND EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = t.tbl_name)`)
  const columnsOf = client.prepare('SELECT name FROM pragma_table_info(?)').pluck()
  return (names.pluck().all() as string[]).map((name) => {
    const set = (columnsOf.all(name) as string[]).map((column) => `${quoted(column)} = NULL`)
    const table = quoted(name)
    return [
      `a trigger of ${name}`,
      `INSERT INTO ${table} DEFAULT VALUES`,
      `DELETE FROM ${table}`,
      `UPDATE ${table} SET ${set.join(', ')}`,
    ]
  })
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
