import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { openMigrated } from 'streamkeeper/testing'
import config from '../streamkeeper.config.ts'

const folder = join(import.meta.dirname, '..')

type Test = { after(clean: () => void): void }

/** The app's database in a file, as the server makes it, or takes it over. */
export function openDatabase(path: string) {
  return drizzle({ client: openMigrated(path, config, folder) })
}

/** The same in a file that is gone after the test. */
export function temporaryDatabase(test: Test) {
  const database = openDatabase(temporaryPath(test))
  test.after(() => database.$client.close())
  return database
}

/** The path of a file that isn't there yet, and is gone after the test. */
export function temporaryPath(test: Test): string {
  const folder = mkdtempSync(join(tmpdir(), 'visits-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}

/** The first migrations alone, for Drizzle's own migrator, as an earlier release had them. */
export function firstMigrations(test: Test, count: number): { migrationsFolder: string } {
  const migrationsFolder = join(temporaryPath(test), '../migrations')
  cpSync(join(import.meta.dirname, 'migrations'), migrationsFolder, { recursive: true })
  const path = join(migrationsFolder, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(path, 'utf8'))
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }))
  return { migrationsFolder }
}
