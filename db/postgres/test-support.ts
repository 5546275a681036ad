import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, type TestContext } from 'node:test'
import { drizzle } from 'drizzle-orm/node-postgres'
import { openMigratedPostgres, startPostgres, type TestPostgres } from 'streamkeeper/testing'
import config from '../../streamkeeper.config.ts'

const folder = join(import.meta.dirname, '../..')

/** A real PostgreSQL for all tests of a file, to be called at its head. */
export function withPostgres() {
  let server: TestPostgres | undefined
  before(async () => {
    server = await startPostgres()
  })
  after(() => server?.[Symbol.asyncDispose]())
  return {
    /** The URL of a database without tables. */
    async emptyUrl(): Promise<string> {
      assert.ok(server)
      return server.emptyUrl()
    },
    /** The app's database at a URL, as the server makes it, until the end of the test. */
    async open(test: TestContext, url: string) {
      const client = await openMigratedPostgres(url, config, folder)
      test.after(() => client.end())
      return drizzle({ client })
    },
  }
}
