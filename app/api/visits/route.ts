import { countVisits } from '../../../db/visits.ts'
import { database } from '../../database.ts'

/** How many visits there are; asking is no visit. */
export async function GET(): Promise<Response> {
  const visits = await countVisits(await database())
  return Response.json({ visits }, { headers: { 'cache-control': 'no-store' } })
}
