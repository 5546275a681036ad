import type { Database } from '../../db/open.ts'
import { countVisits, recordVisit } from '../../db/visits.ts'
import { log, reasonOf } from '../../server/log.ts'

/** Records a visit, and returns how many there have been; called by the server for each visit. */
export async function countVisit(database: Database): Promise<number> {
  try {
    return await recordVisit(database, new Date())
  } catch (error) {
    // On a full disk, say, where everything can still be read.
    log('ERROR', `A visit could not be counted: ${reasonOf(error)}`)
    return countVisits(database)
  }
}
