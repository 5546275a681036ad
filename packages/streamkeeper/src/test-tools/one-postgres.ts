import { TestPostgres } from './test-postgres.ts'

// For `node --test --test-global-setup`: one PostgreSQL for all tests of a run, found by its environment.
let server: TestPostgres | undefined

export async function globalSetup(): Promise<void> {
  server = await TestPostgres.start()
  process.env.TEST_POSTGRES_PORT = String(server.port)
}

export async function globalTeardown(): Promise<void> {
  await server?.[Symbol.asyncDispose]()
}
