import { headers } from 'next/headers'
import { countVisits, recordVisit } from '../../db/visits.ts'
import { log, reasonOf } from '../../server/log.ts'
import { database } from '../database.ts'
import { kindHeader } from '../request-kind.ts'

/** Records the request as a visit if it is one, and returns how many there have been. */
export async function countVisit(): Promise<number> {
  if ((await headers()).get(kindHeader) === 'visit') {
    try {
      return await recordVisit(await database(), new Date())
    } catch (error) {
      // On a full disk, say, where everything can still be read.
      log('ERROR', `A visit could not be counted: ${reasonOf(error)}`)
    }
  }
  return countVisits(await database())
}
