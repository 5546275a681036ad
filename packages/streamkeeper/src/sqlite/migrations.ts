import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type Sqlite from 'better-sqlite3'

/** A migration as drizzle-kit wrote it: `at` is when, in milliseconds, and numbers it. */
export type Migration = {
  name: string
  at: number
  /** As Drizzle's own migrator takes it, where lines end with LF. */
  hash: string
  /** As it took it in a checkout where they end with CRLF. */
  hashOfCrlf: string
  statements: string[]
}

type Journal = { entries: { when: number; tag: string }[] }

/**
 * The migrations in a folder, in the order of its journal; none of an app without such a folder.
 *
 * @throws {Error} if the journal and the files don't match
 */
export function readMigrations(folder: string | null): Migration[] {
  if (folder === null) return []
  const { entries } = readJournal(folder)
  const names = new Set(entries.map(({ tag }) => `${tag}.sql`))
  const stray = readdirSync(folder).filter((file) => file.endsWith('.sql') && !names.has(file))
  if (stray.length > 0) {
    throw new Error(
      `${stray.join(', ')} is not in ${folder}/meta/_journal.json, so it would never be applied: add it there, or remove it.`,
    )
  }
  if (names.size < entries.length || new Set(entries.map(({ when }) => when)).size < names.size) {
    throw new Error(
      `Two entries of ${folder}/meta/_journal.json have the same tag or time: generate the newer migration again.`,
    )
  }
  return entries.map(({ tag, when }) => readMigration(folder, `${tag}.sql`, when))
}

// A database goes from a checkout with one kind of line ends to one with the other.
function readMigration(folder: string, name: string, at: number): Migration {
  const sql = readSql(join(folder, name)).replaceAll('\r\n', '\n')
  return {
    ...{ name, at },
    hash: sha256(sql),
    hashOfCrlf: sha256(sql.replaceAll('\n', '\r\n')),
    statements: sql.split('--> statement-breakpoint'),
  }
}

function readSql(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`${path} can't be read, and the journal lists it. Restore it from git.`, {
      cause: error,
    })
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function readJournal(folder: string): Journal {
  const path = join(folder, 'meta/_journal.json')
  try {
    const journal: Partial<Journal> = JSON.parse(readFileSync(path, 'utf8'))
    if (Array.isArray(journal.entries)) return { entries: journal.entries }
  } catch (error) {
    throw new Error(`${path} can't be read: it lists the migrations. Restore it from git.`, {
      cause: error,
    })
  }
  throw new Error(`${path} lists no migrations. Restore it from git.`)
}

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
