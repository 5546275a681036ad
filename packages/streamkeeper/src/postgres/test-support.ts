import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { type Databases, databasesForTests } from '../test-tools/test-postgres.ts'
import { migrateDatabase } from './migrate.ts'
import { openPostgres } from './open.ts'

export const migrations = join(import.meta.dirname, '../test-app/postgres-migrations')

type Test = { after(clean: () => void | Promise<void>): void }

/** Databases on a real PostgreSQL for all tests of a file or a `describe`, to be called at its head. */
export function withPostgres() {
  return withServer(databasesForTests)
}

/** The same on a server of its own, which can be crashed. */
export function withServer<Server extends Databases>(start: () => Promise<Server>) {
  let started: Server | undefined
  before(async () => {
    started = await start()
  })
  after(() => started?.[Symbol.asyncDispose]())
  const made = {
    /** Only while tests run. */
    get server(): Server {
      assert.ok(started)
      return started
    },
    /** The URL of a database without tables. */
    emptyUrl: async (options = '') => made.server.emptyUrl(options),
    /** A migrated database, closed at the end of the test; the test app's unless told otherwise. */
    async database(test: Test, folder = migrations) {
      const database = openPostgres(await made.emptyUrl(), 'notes')
      test.after(() => database.$client.end())
      await migrateDatabase(database, folder)
      return database
    },
  }
  return made
}
