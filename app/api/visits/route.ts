import { countedVisits } from '../../visits/visits.ts'
import { noParameters, readQuery } from '../read-query.ts'

/** How many visits there are; asking is no visit. */
export async function GET(request: Request): Promise<Response> {
  const query = readQuery(request, noParameters)
  if (query instanceof Response) return query
  const { total, today } = await countedVisits()
  return Response.json({ visits: total, today }, { headers: { 'cache-control': 'no-store' } })
}

/** How many visits there are with this one: for who shows the front page and can't write. */
export const POST = GET
