import { headers } from 'next/headers'
import { countVisits } from '../../db/visits.ts'
import { database } from '../database.ts'
import { visitsHeader } from '../kept-pages.ts'

/** How many visits there have been, with this one if it is one; to be shown as it is. */
export async function visits(): Promise<string> {
  const counted = (await headers()).get(visitsHeader)
  return counted ?? String(await countVisits(await database()))
}
