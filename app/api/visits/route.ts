import { data } from '../../data.ts'
import { visits } from '../../visits/visits.ts'
import { readQuery } from '../read-query.ts'

/** How many visits there are; asking is no visit. */
export async function GET(request: Request): Promise<Response> {
  const query = readQuery(request, {})
  if (query instanceof Response) return query
  const counted = await (await data()).countVisits()
  return Response.json({ visits: counted }, { headers: { 'cache-control': 'no-store' } })
}

/** How many visits there are with this one: for who shows the front page and can't write. */
export async function POST(request: Request): Promise<Response> {
  const query = readQuery(request, {})
  if (query instanceof Response) return query
  const counted = Number(await visits())
  return Response.json({ visits: counted }, { headers: { 'cache-control': 'no-store' } })
}
