import type { ProblemDetails } from 'streamkeeper/config'
import { z } from 'zod'
import { changeEntry } from '../../../admin/change-entry.ts'
import { data } from '../../../data.ts'
import { entryId } from '../../../digits.ts'
import { invalid } from '../../invalid.ts'
import { problem } from '../../problem.ts'
import { readJson } from '../../read-json.ts'
import { noParameters, readQuery } from '../../read-query.ts'
import { refused } from '../../refused.ts'

type Context = { params: Promise<{ id: string }> }

const change = z.strictObject(
  { hidden: z.boolean('This has to be true or false.') },
  'Send an object with "hidden".',
)

/** An entry as everybody may see it. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const query = readQuery(request, noParameters)
  if (query instanceof Response) return query
  const id = entryId.safeParse((await params).id)
  const entry = id.success ? await (await data()).findEntry(id.data) : null
  if (!entry) return problem(noEntry)
  return Response.json(entry, { headers: { 'cache-control': 'no-store' } })
}

/** Hides an entry, or shows it again. */
export async function PATCH(request: Request, { params }: Context): Promise<Response> {
  const refusal = await refused(request)
  if (refusal) return refusal
  const query = readQuery(request, noParameters)
  if (query instanceof Response) return query
  const body = await readJson(request)
  if (body instanceof Response) return body
  const asked = change.safeParse(body.json)
  if (!asked.success) return invalid(422, 'The change is not valid.', asked.error)
  return moderate((await params).id, asked.data.hidden ? 'hide' : 'show')
}

/** Deletes an entry. */
export async function DELETE(request: Request, { params }: Context): Promise<Response> {
  const refusal = await refused(request)
  if (refusal) return refusal
  const query = readQuery(request, noParameters)
  if (query instanceof Response) return query
  return moderate((await params).id, 'delete')
}

const noEntry: ProblemDetails = {
  status: 404,
  type: 'no-entry',
  title: 'There is no such entry.',
  detail: 'It may have been hidden or deleted.',
}

async function moderate(id: string, what: 'hide' | 'show' | 'delete'): Promise<Response> {
  const entry = entryId.safeParse(id)
  switch (entry.success ? await changeEntry(entry.data, what) : 'no-entry') {
    case 'changed':
      return new Response(null, { status: 204 })
    case 'no-entry':
      return problem(noEntry)
    case 'not-durable':
      return problem({
        status: 503,
        type: 'not-durable',
        title: 'The change is not safe yet.',
        detail: 'It is written, but not in the bucket. Send it again.',
        retryAfter: 5,
      })
    case 'not-written':
      return problem({
        status: 503,
        type: 'not-written',
        title: 'The change could not be written.',
        detail: 'Nothing was changed. Send it again.',
        retryAfter: 5,
      })
  }
}
