import type { Data } from '../../db/data.ts'
import type { Visits } from '../../db/visits.ts'
import { log, reasonOf } from '../../server/log.ts'

/** Records a visit, and returns how many there have been; called by the server for each visit. */
export async function countVisit(
  data: Pick<Data, 'recordVisit' | 'countVisits'>,
  now: Date,
): Promise<Visits> {
  try {
    return await data.recordVisit(now)
  } catch (error) {
    // On a full disk, say, where everything can still be read.
    log('ERROR', `A visit could not be counted: ${reasonOf(error)}`)
    return data.countVisits(now)
  }
}
