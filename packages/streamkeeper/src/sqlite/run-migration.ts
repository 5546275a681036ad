import type Sqlite from 'better-sqlite3'
import { failedMigration, refusedMigration } from './migration-problem.ts'
import type { Migration } from './migrations.ts'
import { bareName, type Statement, splitStatements } from './sql-statements.ts'

// All migrations are one transaction, and these would end it, or can't be in one.
const refused = /^(begin|commit|end|rollback|savepoint|release|attach|detach|vacuum)$/
const allowedPragmas = /^(defer_foreign_keys|user_version|application_id|optimize)$/

/** @throws {MigrationProblem} if the migrations have statements that can't be part of a transaction */
export function refuseStatements(pending: Migration[]): void {
  for (const { name, statements } of pending) {
    for (const { sql, words } of statements.flatMap(splitStatements)) {
      const [first = '', second = ''] = words
      const isPragma = first === 'pragma' && !isForeignKeys(words) && !allowedPragmas.test(second)
      if (!refused.test(first) && !isPragma) continue
      throw refusedMigration(
        said(name, sql),
        `${first.toUpperCase()} can't be part of a migration, as all of them are one transaction`,
      )
    }
  }
}

/**
 * Runs a migration within the transaction that there is. The triggers of a table that it makes again
 * are made again, too, as they were.
 *
 * @throws {MigrationProblem} with the file, the statement and SQLite's reason
 */
export function runMigration(
  client: Sqlite.Database,
  { name, at, hash, statements }: Migration,
  onStep: (what: string) => void,
): void {
  const before = triggersOf(client)
  const split = statements.flatMap(splitStatements)
  split.forEach((statement, index) => {
    onStep(`${name}, statement ${index + 1} of ${split.length}`)
    try {
      run(client, statement)
    } catch (error) {
      throw failedMigration(said(name, statement.sql), error)
    }
  })
  for (const { sql } of lostTriggers(client, before, split)) {
    try {
      client.exec(sql)
    } catch (error) {
      throw failedMigration(said(name, sql), error)
    }
  }
  // As Drizzle's own migrator notes it, which earlier releases read.
  const note = 'INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)'
  client.prepare(note).run(hash, at)
}

function run(client: Sqlite.Database, { sql, words }: Statement): void {
  // They are off meanwhile, as drizzle-kit wants it: within a transaction its pragma does nothing.
  if (isForeignKeys(words)) return
  // Otherwise SQLite looks for the table that was dropped in all triggers and views, and refuses.
  const [, , from, verb] = words
  const takesPlace = bareName(from).startsWith('__new_') && verb === 'rename'
  if (takesPlace) client.pragma('legacy_alter_table = ON')
  try {
    client.exec(sql)
  } finally {
    if (takesPlace) client.pragma('legacy_alter_table = OFF')
  }
}

type Trigger = { name: string; table: string; sql: string }

function triggersOf(client: Sqlite.Database): Trigger[] {
  const all = `SELECT name, tbl_name AS "table", sql FROM sqlite_master WHERE type = 'trigger'`
  return client.prepare(all).all() as Trigger[]
}

function lostTriggers(client: Sqlite.Database, before: Trigger[], run: Statement[]): Trigger[] {
  const dropped = run
    .filter(({ words }) => words[0] === 'drop' && words[1] === 'trigger')
    .map(({ words }) => bareName(words.filter((word) => word !== ';').at(-1)))
  const now = new Set(triggersOf(client).map(({ name }) => name))
  const exists = client.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').pluck()
  return before.filter(
    ({ name, table }) =>
      !now.has(name) && !dropped.includes(name.toLowerCase()) && exists.get(table) !== undefined,
  )
}

function isForeignKeys(words: string[]): boolean {
  return words[0] === 'pragma' && words[1] === 'foreign_keys'
}

function said(file: string, sql: string): string {
  const [statement] = [sql.replaceAll(/\s+/g, ' ')]
  const short = statement.length > 300 ? `${statement.slice(0, 300)}…` : statement
  return `${file} can't be applied, at the statement "${short}"`
}
