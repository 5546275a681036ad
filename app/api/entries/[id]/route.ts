import { z } from 'zod'
import { changeEntry, entryId } from '../../../admin/change-entry.ts'
import { invalid } from '../../invalid.ts'
import { problem } from '../../problem.ts'
import { readJson } from '../../read-json.ts'
import { refused } from '../../refused.ts'

type Context = { params: Promise<{ id: string }> }

const change = z.strictObject({ hidden: z.boolean() })

/** Hides an entry, or shows it again. */
export async function PATCH(request: Request, { params }: Context): Promise<Response> {
  const refusal = await refused(request)
  if (refusal) return refusal
  const body = await readJson(request)
  if (body instanceof Response) return body
  const { success, data, error } = change.safeParse(body.json)
  if (!success) return invalid(422, 'The change is not valid.', error)
  return moderate((await params).id, data.hidden ? 'hide' : 'show')
}

/** Deletes an entry. */
export async function DELETE(request: Request, { params }: Context): Promise<Response> {
  return (await refused(request)) ?? moderate((await params).id, 'delete')
}

async function moderate(id: string, what: 'hide' | 'show' | 'delete'): Promise<Response> {
  const entry = entryId.safeParse(id)
  switch (entry.success ? await changeEntry(entry.data, what) : 'no-entry') {
    case 'changed':
      return new Response(null, { status: 204 })
    case 'no-entry':
      return problem({
        status: 404,
        type: 'no-entry',
        title: 'There is no such entry.',
        detail: 'It may have been deleted.',
      })
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
