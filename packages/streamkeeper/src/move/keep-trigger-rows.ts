import type Sqlite from 'better-sqlite3'
import type { AppSchema } from '../sqlite/app-schema.ts'
import { migrateDatabase } from '../sqlite/migrate.ts'
import { openDatabase } from '../sqlite/open.ts'
import { quoted } from './select.ts'
import type { Table } from './table.ts'

/**
 * Adds the rows that SQLite's migrations make for triggers to change, where they are missing: a
 * database that began on PostgreSQL has none of them before there is something to count, and without
 * them nothing would ever be counted.
 */
export function keepTriggerRows(client: Sqlite.Database, tables: Table[], app: AppSchema): void {
  const fresh = openDatabase(':memory:')
  try {
    migrateDatabase(fresh, app)
    const changed = changedByTriggers(fresh.$client)
    for (const table of tables.filter(({ name }) => changed.has(name))) {
      const columns = table.columns.map(({ name }) => quoted(name)).join(', ')
      const values = table.columns.map(() => '?').join(', ')
      const rows = fresh.$client.prepare(`select ${columns} from ${quoted(table.name)}`)
      const insert = client.prepare(
        `insert or ignore into ${quoted(table.name)} (${columns}) values (${values})`,
      )
      for (const row of rows.raw().safeIntegers().all() as unknown[][]) insert.run(row)
    }
  } finally {
    fresh.$client.close()
  }
}

function changedByTriggers(client: Sqlite.Database): Set<string> {
  const triggers = client.prepare(`select sql from sqlite_master where type = 'trigger'`).pluck()
  const names = (triggers.all() as string[]).flatMap((sql) =>
    [...bodyOf(sql).matchAll(/\b(?:update|into|from)\s+["`[]?(\w+)/gi)].map(([, name]) => name),
  )
  return new Set(names.filter((name) => name !== undefined))
}

// Before it are the events, such as UPDATE ON a table.
function bodyOf(trigger: string): string {
  return trigger.slice(trigger.search(/\bbegin\b/i))
}
