import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { describeData } from '../data-contract.ts'
import { dataIn } from './data.ts'
import { withPostgres } from './test-support.ts'

const postgres = withPostgres()

describeData('PostgreSQL', async (test) =>
  dataIn(await postgres.open(test, await postgres.emptyUrl())),
)

// As CockroachDB does unless told: one of two who meet is refused, and has to try again.
describeData('a PostgreSQL that refuses those who meet', async (test) => {
  const url = await postgres.emptyUrl()
  const name = new URL(url).pathname.slice(1)
  const client = new Client(url)
  await client.connect()
  await client.query(`alter database ${name} set default_transaction_isolation = serializable`)
  await client.end()
  return dataIn(await postgres.open(test, url))
})

describe('A deletion in PostgreSQL', () => {
  it('is done where the same one was done before, and is no other', async (test) => {
    const data = dataIn(await postgres.open(test, await postgres.emptyUrl()))
    const now = new Date('2026-01-02T12:00:00Z')
    const { id } = await data.addEntry({ name: 'Ada', message: 'Hi', idempotencyKey: 'one' }, now)
    assert.equal(await data.deleteEntry(id, now), true)
    // Its answer was lost.
    assert.equal(await data.deleteEntry(id, now), true)
    assert.equal(await data.deleteEntry(id, new Date(now.getTime() + 1)), false)
    assert.equal(await data.hideEntry(id, now), false)
  })
})
