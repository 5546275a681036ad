import { countedVisits } from '../../visits/visits.ts'
import { route } from '../problem.ts'
import { noParameters, readQuery } from '../read-query.ts'

/** How many visits there are; asking is no visit. */
export const GET = route(async (request) => {
  readQuery(request, noParameters)
  const { total, today } = await countedVisits()
  return Response.json({ visits: total, today }, { headers: { 'cache-control': 'no-store' } })
})

/** How many visits there are with this one: for who shows the front page and can't write. */
export const POST = GET
