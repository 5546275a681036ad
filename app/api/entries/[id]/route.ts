import type { ProblemDetails } from 'streamkeeper/config'
import { z } from 'zod'
import type { Change, NotChanged } from '../../../admin/change.ts'
import { changeEntry } from '../../../admin/change-entry.ts'
import { entryId } from '../../../entry-id.ts'
import { requestData } from '../../../request-data.ts'
import { admitAdmin } from '../../admit-admin.ts'
import { ProblemError, route } from '../../problem.ts'
import { readJson } from '../../read-json.ts'
import { noParameters, readQuery } from '../../read-query.ts'

type Context = { params: Promise<{ id: string }> }

const visibility = z.strictObject(
  { hidden: z.boolean('This has to be true or false.') },
  'Send an object with "hidden".',
)

/** An entry as everybody may see it. */
export const GET = route(async (request, { params }: Context) => {
  readQuery(request, noParameters)
  const id = entryId.safeParse((await params).id)
  const entry = id.success ? await (await requestData()).findEntry(id.data) : null
  if (!entry) throw new ProblemError(refusals['no-entry'])
  return Response.json(entry, { headers: { 'cache-control': 'no-store' } })
})

/** Hides an entry, or shows it again. */
export const PATCH = route(async (request, context: Context) => {
  await admitAdmin(request)
  readQuery(request, noParameters)
  const { hidden } = await readJson(request, visibility, 'change')
  return moderate(context, hidden ? 'hide' : 'show')
})

/** Deletes an entry. */
export const DELETE = route(async (request, context: Context) => {
  await admitAdmin(request)
  readQuery(request, noParameters)
  return moderate(context, 'delete')
})

async function moderate({ params }: Context, change: Change): Promise<Response> {
  const id = entryId.safeParse((await params).id)
  const changing = id.success ? await changeEntry(id.data, change) : 'no-entry'
  if (changing !== 'changed') throw new ProblemError(refusals[changing])
  return new Response(null, { status: 204 })
}

const refusals: Record<NotChanged, ProblemDetails> = {
  'no-entry': {
    status: 404,
    type: 'no-entry',
    title: 'There is no such entry.',
    detail: 'It may have been hidden or deleted.',
  },
  'not-durable': {
    status: 503,
    type: 'not-durable',
    title: 'The change is not safe yet.',
    detail: 'It is written, but not in the bucket. Send it again.',
    retryAfter: 5,
  },
  'not-written': {
    status: 503,
    type: 'not-written',
    title: 'The change could not be written.',
    detail: 'Nothing was changed. Send it again.',
    retryAfter: 5,
  },
  unclear: {
    status: 503,
    type: 'unclear',
    title: 'The change is not confirmed yet.',
    detail: 'It may have been made, or not. Send it again.',
    retryAfter: 5,
  },
}
