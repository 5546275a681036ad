import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrationFiles } from 'drizzle-orm/migrator'

/** A migration as drizzle-kit wrote it: `at` is when, in milliseconds, and numbers it. */
export type Migration = { name: string; at: number; hash: string; statements: string[] }

type Journal = { entries: { when: number; tag: string }[] }

/**
 * The migrations in a folder, in the order of its journal.
 *
 * @throws {Error} if the journal and the files don't match
 */
export function readMigrations(folder: string): Migration[] {
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
  return readMigrationFiles({ migrationsFolder: folder }).map((file, index) => ({
    name: `${entries[index]?.tag}.sql`,
    at: file.folderMillis,
    hash: file.hash,
    statements: file.sql,
  }))
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
