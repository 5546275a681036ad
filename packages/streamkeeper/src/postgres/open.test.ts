import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { sql } from 'drizzle-orm'
import { tags } from '../test-app/postgres-schema.ts'
import { openPostgres } from './open.ts'
import { withPostgres } from './test-support.ts'

describe('The connections to PostgreSQL', () => {
  const postgres = withPostgres()

  /** The value of a setting in a database that has another default. */
  async function setting(test: TestContext, name: string, ofDatabase: string) {
    const url = await postgres.emptyUrl()
    const admin = openPostgres(url, 'notes')
    test.after(() => admin.$client.end())
    const database = new URL(url).pathname.slice(1)
    await admin.execute(`alter database ${database} set ${name} = '${ofDatabase}'`)
    const other = openPostgres(url, 'notes')
    test.after(() => other.$client.end())
    const { rows } = await other.execute<{ value: string }>(
      sql`select current_setting(${name}) as value`,
    )
    return rows[0]?.value
  }

  it('wait for the disk at each commit, whatever the database says', async (test) => {
    assert.equal(await setting(test, 'synchronous_commit', 'off'), 'on')
  })

  it('wait for replicas where the database says so', async (test) => {
    assert.equal(await setting(test, 'synchronous_commit', 'remote_apply'), 'remote_apply')
  })

  it('have a limit for statements', async (test) => {
    assert.equal(await setting(test, 'statement_timeout', '0'), '5s')
  })

  it('are renewed when one is cut in the middle of a transaction', async (test) => {
    const database = await postgres.database(test)
    const cut = database.transaction(async (tx) => {
      await tx.insert(tags).values({ label: 'a' })
      const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await database.execute(sql`select pg_terminate_backend(${rows[0]?.pid})`)
      await tx.insert(tags).values({ label: 'b' })
    })
    await assert.rejects(cut)
    assert.equal(await database.$count(tags), 0)
  })
})
