import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrateDatabase } from './migrate.ts'
import { openDatabase } from './open.ts'

export const migrations = join(import.meta.dirname, '../../../../db/migrations')

/** A migrated database in a file that is gone after the test. */
export function temporaryDatabase(test: { after(clean: () => void): void }) {
  const database = openDatabase(temporaryPath(test))
  test.after(() => database.$client.close())
  migrateDatabase(database, migrations)
  return database
}

/** The path of a file that isn't there yet, and is gone after the test. */
export function temporaryPath(test: { after(clean: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'visits-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}
