import { z } from 'zod'
import { digits, entryId } from '../../digits.ts'
import { keepEntry } from '../../guestbook/keep-entry.ts'
import { newEntry } from '../../guestbook/new-entry.ts'
import { requestData } from '../../request-data.ts'
import { invalid } from '../invalid.ts'
import { problem } from '../problem.ts'
import { readJson } from '../read-json.ts'
import { noParameters, readQuery } from '../read-query.ts'

const parameters = z.strictObject({
  before: entryId.nullable().default(null),
  limit: digits(1, 100, 'Send a number from 1 to 100, in digits alone.').default(20),
})

/** A page of entries, newest first; `older` is the cursor of the next (`?before=`). */
export async function GET(request: Request): Promise<Response> {
  const query = readQuery(request, parameters)
  if (query instanceof Response) return query
  const page = await (await requestData()).listEntries(query)
  return Response.json(page, { headers: { 'cache-control': 'no-store' } })
}

const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/)

/** Writes an entry, and answers 201 once it is in the bucket. */
export async function POST(request: Request): Promise<Response> {
  const query = readQuery(request, noParameters)
  if (query instanceof Response) return query
  const key = idempotencyKey.safeParse(request.headers.get('idempotency-key'))
  if (!key.success) {
    return problem({
      status: 400,
      type: 'no-idempotency-key',
      title: 'There is no idempotency key.',
      detail:
        'Send the header "Idempotency-Key" with up to 255 visible characters of your choice, and the same again when you retry.',
    })
  }
  const body = await readJson(request)
  if (body instanceof Response) return body
  const entry = newEntry.safeParse(body.json)
  if (!entry.success) return invalid(422, 'The entry is not valid.', entry.error)

  const kept = await keepEntry(entry.data, key.data)
  switch (kept.outcome) {
    case 'kept':
      return Response.json(kept.entry, {
        status: 201,
        headers: { location: `/api/entries/${kept.entry.id}`, 'cache-control': 'no-store' },
      })
    case 'key-reused':
      return problem({
        status: 422,
        type: 'key-reused',
        title: 'The idempotency key was used before.',
        detail: 'It came with another entry. Send a new key with a new entry.',
      })
    case 'entry-deleted':
      return problem({
        status: 410,
        type: 'entry-deleted',
        title: 'The entry was deleted.',
        detail: 'An admin has deleted the entry of this key. Send a new key with a new entry.',
      })
    case 'not-durable':
      return problem({
        status: 503,
        type: 'not-durable',
        title: 'The entry is not safe yet.',
        detail: 'It is written, but not in the bucket. Send it again with the same key.',
        retryAfter: 5,
      })
    case 'not-written':
      return problem({
        status: 503,
        type: 'not-written',
        title: 'The entry could not be written.',
        detail: 'Nothing was changed. Send it again with the same key.',
        retryAfter: 5,
      })
  }
}
