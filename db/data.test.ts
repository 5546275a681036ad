import { temporaryDatabase } from '../packages/streamkeeper/src/sqlite/test-support.ts'
import { dataIn } from './data.ts'
import { describeData } from './data-contract.ts'

describeData('SQLite', async (test) => {
  const database = temporaryDatabase(test)
  return dataIn((call) => call(database))
})
