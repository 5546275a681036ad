import { headers } from 'next/headers'
import { countVisits, recordVisit } from '../../db/visits.ts'
import { database } from '../database.ts'
import { isVisit } from './is-visit.ts'

/** Records the request as a visit if it is one, and returns how many there have been. */
export async function countVisit(): Promise<number> {
  const visits = await database()
  return isVisit(await headers()) ? recordVisit(visits, new Date()) : countVisits(visits)
}
