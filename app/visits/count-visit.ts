import type { Data } from '../../db/data.ts'
import type { Visits } from '../../db/visits.ts'
import { logSometimes, reasonOf } from '../../packages/streamkeeper/src/server/log.ts'

/** Records a visit, and returns how many there are with it; null where it could not be recorded. */
export async function countVisit(
  data: Pick<Data, 'recordVisit'>,
  now: Date,
): Promise<Visits | null> {
  try {
    return await data.recordVisit(now)
  } catch (error) {
    // On a full disk, say, where everything can still be read.
    logSometimes('ERROR', `A visit could not be counted: ${reasonOf(error)}`)
    return null
  }
}
