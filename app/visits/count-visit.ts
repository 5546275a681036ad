import { headers } from 'next/headers'
import { countVisits, recordVisit } from '../../db/visits.ts'
import { runtime } from '../../server/runtime.ts'
import { isVisit } from './is-visit.ts'

/** Records the request as a visit if it is one, and returns how many there have been. */
export async function countVisit(): Promise<number> {
  const database = runtime().database()
  return isVisit(await headers()) ? recordVisit(database, new Date()) : countVisits(database)
}
