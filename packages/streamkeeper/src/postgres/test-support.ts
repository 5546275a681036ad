import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { TestPostgres } from '../test-tools/test-postgres.ts'
import { migrateDatabase } from './migrate.ts'
import { type Database, openPostgres } from './open.ts'

export const migrations = join(import.meta.dirname, '../test-app/postgres-migrations')

type Test = { after(clean: () => void | Promise<void>): void }

/** A real PostgreSQL for all tests of a file or a `describe`, to be called at its head. */
export function withPostgres(): {
  /** The server; only while tests run. */
  readonly server: TestPostgres
  /** The URL of a database without tables. */
  emptyUrl(options?: string): Promise<string>
  /** A migrated database, closed at the end of the test; the test app's unless told otherwise. */
  database(test: Test, folder?: string): Promise<Database>
} {
  let started: TestPostgres | undefined
  before(async () => {
    started = await TestPostgres.start()
  })
  after(() => started?.[Symbol.asyncDispose]())
  const made = {
    get server() {
      assert.ok(started)
      return started
    },
    emptyUrl: async (options = '') => made.server.emptyUrl(options),
    async database(test: Test, folder = migrations) {
      const database = openPostgres(await made.emptyUrl(), 'notes')
      test.after(() => database.$client.end())
      await migrateDatabase(database, folder)
      return database
    },
  }
  return made
}
