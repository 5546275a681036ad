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
