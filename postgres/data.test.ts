import { describeData } from '../db/data-contract.ts'
import { dataIn } from './data.ts'
import { withPostgres } from './test-support.ts'

const postgres = withPostgres()
describeData('PostgreSQL', async (test) => dataIn(await postgres.database(test)))
