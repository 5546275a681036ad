import { data } from '../../data.ts'
import { visits } from '../../visits/visits.ts'

/** How many visits there are; asking is no visit. */
export async function GET(): Promise<Response> {
  const counted = await (await data()).countVisits()
  return Response.json({ visits: counted }, { headers: { 'cache-control': 'no-store' } })
}

/** How many visits there are with this one: for who shows the front page and can't write. */
export async function POST(): Promise<Response> {
  const counted = Number(await visits())
  return Response.json({ visits: counted }, { headers: { 'cache-control': 'no-store' } })
}
