import { join } from 'node:path'
import { openPostgres } from '../../packages/streamkeeper/src/postgres/open.ts'
import { withPostgres } from '../../packages/streamkeeper/src/postgres/test-support.ts'
import { describeData } from '../data-contract.ts'
import { dataIn } from './data.ts'

const migrations = join(import.meta.dirname, 'migrations')
const postgres = withPostgres()

describeData('PostgreSQL', async (test) => dataIn(await postgres.database(test, migrations)))

// As CockroachDB does unless told: one of two who meet is refused, and has to try again.
describeData('a PostgreSQL that refuses those who meet', async (test) => {
  const { $client } = await postgres.database(test, migrations)
  const { options } = $client
  const url = String(options.connectionString)
  const name = new URL(url).pathname.slice(1)
  await $client.query(`alter database ${name} set default_transaction_isolation = serializable`)
  const database = openPostgres(url, 'visits')
  test.after(() => database.$client.end())
  return dataIn(database)
})
