import type Sqlite from 'better-sqlite3'
import { MigrationProblem } from './migration-problem.ts'
import type { Migration } from './migrations.ts'
import { bareName, splitStatements } from './sql-statements.ts'

const create = /^create (?:unique )?(table|index|view|trigger) (if not exists )?(\S+)/
const drop = /^drop (?:table|index|view|trigger) (?:if exists )?(\S+)/
const rename = /^alter table (\S+) rename to (\S+)/

/**
 * @throws {MigrationProblem} if the database already has what the migrations would make: tables of
 *   another app with the same names
 */
export function refuseTablesInTheWay(client: Sqlite.Database, pending: Migration[]): void {
  const all = client.prepare('SELECT lower(name) FROM sqlite_master').pluck()
  const names = new Set(all.all() as string[])
  for (const { name: file, statements } of pending) {
    for (const { words } of statements.flatMap(splitStatements)) {
      const text = words.join(' ')
      const [, kind = '', mayExist, created] = create.exec(text) ?? []
      const [, dropped] = drop.exec(text) ?? []
      const [, from, to] = rename.exec(text) ?? []
      for (const name of [dropped, from]) names.delete(bareName(name))
      for (const name of [created, to].map(bareName).filter((name) => name !== '')) {
        if (names.has(name) && !mayExist) throw inTheWay(file, kind || 'table', name)
        names.add(name)
      }
    }
  }
}

function inTheWay(file: string, kind: string, name: string): MigrationProblem {
  const how =
    kind === 'table'
      ? `If another app made it, rename it, as in: ALTER TABLE "${name}" RENAME TO "my_${name}". If this app did, by drizzle-kit push, copy its rows into a database that drizzle-kit migrate made`
      : `Drop it, or name it otherwise; this app never made it`
  return new MigrationProblem(
    `The database has ${kind === 'index' ? 'an' : 'a'} ${kind} ${name} already, which ${file} of this app would make. Nothing was changed. ${how}. Then start, or bring the database in, again.`,
  )
}
