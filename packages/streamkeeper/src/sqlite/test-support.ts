import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import config from '../test-app/streamkeeper.config.ts'
import { schemaOf } from './app-schema.ts'
import { migrateDatabase } from './migrate.ts'
import { openDatabase } from './open.ts'

/** The app of the machine's own tests. */
export const app = schemaOf(config, join(import.meta.dirname, '../test-app'))

/** A migrated database in a file that is gone after the test. */
export function temporaryDatabase(test: { after(clean: () => void): void }, of = app) {
  const database = openDatabase(temporaryPath(test))
  test.after(() => database.$client.close())
  migrateDatabase(database, of)
  return database
}

/** The path of a file that isn't there yet, and is gone after the test. */
export function temporaryPath(test: { after(clean: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'streamkeeper-'))
  test.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}
