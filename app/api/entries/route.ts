import { z } from 'zod'
import { before, digits } from '../../entry-id.ts'
import { requestData } from '../../request-data.ts'
import { responseOf, route } from '../problem.ts'
import { readQuery } from '../read-query.ts'
import { postEntry } from './post-entry.ts'

const limit = digits(1, 100, 'Send a number from 1 to 100, in digits alone.').default(20)
const parameters = z.strictObject({ before, limit })

/** A page of entries, newest first; `older` is the cursor of the next (`?before=`). */
export const GET = route(async (request) => {
  const query = readQuery(request, parameters)
  const page = await (await requestData()).listEntries(query)
  return Response.json(page, { headers: { 'cache-control': 'no-store' } })
})

/** Writes an entry where Next has to read the body. */
export async function POST(request: Request): Promise<Response> {
  return responseOf(await postEntry(request))
}
