import { dataIn } from './data.ts'
import { describeData } from './data-contract.ts'
import { temporaryDatabase } from './test-support.ts'

describeData('SQLite', async (test) => {
  const database = temporaryDatabase(test)
  return dataIn((call) => call(database))
})
