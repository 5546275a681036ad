import type Sqlite from 'better-sqlite3'
import type { Migration } from './migration-files.ts'

/** A migration as the database remembers it. */
export type Applied = { hash: string; at: number }

export type Plan = {
  /** In the journal's order; also those of a branch that was merged after newer ones were applied. */
  pending: Migration[]
  /** Those whose files have changed since they were applied. */
  edited: Migration[]
  /** What another release has applied. */
  unknown: Applied[]
}

/**
 * Compares the migrations of this release with those that a database has. One whose time has changed,
 * as where its branch was rebased, is known by its hash.
 */
export function planMigrations(known: Migration[], applied: Applied[]): Plan {
  const isAt = (at: number) => (one: { at: number }) => one.at === at
  const others = applied.filter(({ at }) => !known.some(isAt(at)))
  const has = (migration: Migration) =>
    applied.some(isAt(migration.at)) || others.some((row) => isSame(migration, row))
  return {
    pending: known.filter((migration) => !has(migration)),
    edited: known.filter((migration) => {
      const rows = applied.filter(isAt(migration.at))
      return rows.length > 0 && !rows.some((row) => isSame(migration, row))
    }),
    unknown: others.filter((row) => !known.some((migration) => isSame(migration, row))),
  }
}

function isSame({ hash, hashOfCrlf }: Migration, row: Applied): boolean {
  return row.hash === hash || row.hash === hashOfCrlf
}

/** What a database remembers; nothing where it is new, or nobody of ours has migrated it. */
export function appliedTo(client: Sqlite.Database): Applied[] {
  if (!hasTable(client, '__drizzle_migrations')) return []
  const rows = client.prepare('SELECT hash, created_at FROM __drizzle_migrations').all()
  return (rows as { hash: string; created_at: number | string | null }[]).map((row) => {
    return { hash: row.hash, at: Number(row.created_at) }
  })
}

export function hasTable(client: Sqlite.Database, name: string): boolean {
  const select = client.prepare(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?`)
  return select.get(name) !== undefined
}
