import type { ProblemDetails } from 'streamkeeper/config'
import { z } from 'zod'
import { keepEntry, type NotKept } from '../../guestbook/keep-entry.ts'
import { newEntry } from '../../guestbook/new-entry.ts'
import { ProblemError, withProblems } from '../problem.ts'
import { readJson } from '../read-json.ts'
import { noParameters, readQuery } from '../read-query.ts'

const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/)

/** Writes an entry, and answers 201 once it is in the bucket. */
export const postEntry = withProblems(async (request) => {
  readQuery(request, noParameters)
  const key = idempotencyKey.safeParse(request.headers.get('idempotency-key'))
  if (!key.success) throw new ProblemError(noKey)
  const kept = await keepEntry(await readJson(request, newEntry, 'entry'), key.data)
  if (kept.outcome !== 'kept') throw new ProblemError(refusals[kept.outcome])
  const { entry } = kept
  const headers = {
    'content-type': 'application/json',
    location: `/api/entries/${entry.id}`,
    'cache-control': 'no-store',
  }
  return { status: 201, headers, body: JSON.stringify(entry) }
})

const noKey: ProblemDetails = {
  status: 400,
  type: 'no-idempotency-key',
  title: 'There is no idempotency key.',
  detail:
    'Send the header "Idempotency-Key" with up to 255 visible characters of your choice, and the same again when you retry.',
}

const refusals: Record<NotKept, ProblemDetails> = {
  'key-reused': {
    status: 422,
    type: 'key-reused',
    title: 'The idempotency key was used before.',
    detail: 'It came with another entry. Send a new key with a new entry.',
  },
  'entry-deleted': {
    status: 410,
    type: 'entry-deleted',
    title: 'The entry was deleted.',
    detail: 'An admin has deleted the entry of this key. Send a new key with a new entry.',
  },
  'not-durable': {
    status: 503,
    type: 'not-durable',
    title: 'The entry is not safe yet.',
    detail: 'It is written, but not in the bucket. Send it again with the same key.',
    retryAfter: 5,
  },
  'not-written': {
    status: 503,
    type: 'not-written',
    title: 'The entry could not be written.',
    detail: 'Nothing was changed. Send it again with the same key.',
    retryAfter: 5,
  },
  unclear: {
    status: 503,
    type: 'unclear',
    title: 'The entry is not confirmed yet.',
    detail: 'It may have been written, or not. Send it again with the same key.',
    retryAfter: 5,
  },
}
