import { statSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import type { Progress } from './progress.ts'
import { bytesInWords } from './words.ts'

export type Examined = {
  bytes: number
  /** What SQLite finds wrong; nothing in a sound database. */
  findings: string[]
  /** How many rows each table has; none where something is wrong. */
  tables: Record<string, number>
  tookMs: number
}

/**
 * Reads all of the database file at `path`, which nobody else uses: its pages, its indexes, its
 * constraints, its rows.
 */
export function examine(path: string, progress: Progress): Examined {
  const bytes = statSync(path).size
  // SQLite keeps this thread busy, so nothing can be said meanwhile.
  if (bytes > 100_000_000) progress.say(`Checking ${bytesInWords(bytes)}`)
  const startMs = performance.now()
  const { findings, tables } = read(path)
  return { bytes, findings, tables, tookMs: Math.round(performance.now() - startMs) }
}

function read(path: string): Pick<Examined, 'findings' | 'tables'> {
  // Read-only, SQLite's check passes over rows that break a CHECK constraint.
  const client = new Sqlite(path, { fileMustExist: true })
  try {
    const findings = [...integrity(client), ...foreignKeys(client)]
    return { findings, tables: findings.length > 0 ? {} : countRows(client) }
  } catch (error) {
    if (!isDamage(error)) throw error
    return { findings: [error.message], tables: {} }
  } finally {
    client.close()
  }
}

function integrity(client: Sqlite.Database): string[] {
  const rows = client.pragma('integrity_check(10)') as { integrity_check: string }[]
  return rows.map((row) => row.integrity_check).filter((finding) => finding !== 'ok')
}

function foreignKeys(client: Sqlite.Database): string[] {
  const rows = client.pragma('foreign_key_check') as { table: string; rowid: number }[]
  return rows.slice(0, 10).map(({ table, rowid }) => `row ${rowid} of ${table} refers to nothing`)
}

function countRows(client: Sqlite.Database): Record<string, number> {
  const names = client
    // Without the two that Litestream adds for itself.
    .prepare(
      `select name from sqlite_master where type = 'table'
      and name not like 'sqlite\\_%' escape '\\' and name not like '\\_litestream\\_%' escape '\\'
      order by name`,
    )
    .pluck()
    .all() as string[]
  const count = (name: string) =>
    client
      .prepare(`select count(*) from "${name.replaceAll('"', '""')}"`)
      .pluck()
      .get() as number
  return Object.fromEntries(names.map((name) => [name, count(name)]))
}

function isDamage(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}

/** Such as `notes 12, tags 340`. */
export function tablesInWords(tables: Record<string, number>): string {
  return Object.entries(tables)
    .map(([name, rows]) => `${name} ${rows}`)
    .join(', ')
}
