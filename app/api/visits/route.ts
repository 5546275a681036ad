import { data } from '../../data.ts'

/** How many visits there are; asking is no visit. */
export async function GET(): Promise<Response> {
  const visits = await (await data()).countVisits()
  return Response.json({ visits }, { headers: { 'cache-control': 'no-store' } })
}
