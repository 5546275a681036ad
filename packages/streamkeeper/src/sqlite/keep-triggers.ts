import type Sqlite from 'better-sqlite3'
import type { Triggers } from '../config.ts'
import { failedMigration } from './migration-problem.ts'

/** The names of the triggers that are missing, or not as they should be. */
export function staleTriggers(client: Sqlite.Database, kept: Triggers[]): string[] {
  return kept.flatMap((one) => staleOf(client, one))
}

/** Makes such triggers again, and true what they have not kept meanwhile. */
export function keepTriggers(client: Sqlite.Database, kept: Triggers[]): void {
  for (const one of kept) {
    const stale = staleOf(client, one)
    if (stale.length === 0) continue
    try {
      for (const name of stale) client.exec(`DROP TRIGGER IF EXISTS ${name}`)
      for (const sql of one.repair) client.exec(sql)
      for (const name of stale) client.exec(sqlOf(one, name))
    } catch (error) {
      const names = stale.join(', ')
      throw failedMigration(`The triggers ${names} can't be made`, error)
    }
  }
}

function staleOf(client: Sqlite.Database, one: Triggers): string[] {
  const select = client.prepare(`SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?`)
  return Object.keys(one.triggers).filter((name) => select.pluck().get(name) !== sqlOf(one, name))
}

function sqlOf({ triggers }: Triggers, name: string): string {
  return `CREATE TRIGGER ${name} ${triggers[name]}`
}
