import { randomUUID } from 'node:crypto'
import { log } from 'streamkeeper'
import { z } from 'zod'
import type { Outcome } from '../forms/answer-form.ts'
import { type Sent, trap } from '../forms/forms.ts'
import type { Refusal } from '../forms/refusal.ts'
import { signedCookie } from './just-signed.ts'
import { keepEntry } from './keep-entry.ts'
import { newEntry } from './new-entry.ts'

/**
 * Writes what the form holds into the guestbook.
 *
 * @param sinceMs when it arrived, by `performance.now()`
 */
export async function sign(sent: Sent, sinceMs: number): Promise<Outcome> {
  if (sent.get(trap)) {
    log('INFO', 'A form was refused, as its hidden field was filled in.')
    return { refused: trapped }
  }
  const key = z.uuid().safeParse(sent.get('key'))
  if (!key.success) return { refused: { ...noKey, key: randomUUID() } }
  const entry = newEntry.safeParse({
    name: sent.get('name') ?? '',
    message: sent.get('message') ?? '',
  })
  if (!entry.success) return { refused: invalid(entry.error) }

  const kept = await keepEntry(entry.data, key.data)
  switch (kept.outcome) {
    case 'kept': {
      const { id } = kept.entry
      const durableMs = Math.max(0, Math.round(performance.now() - sinceMs))
      const told = { said: 'Thank you. Your entry is saved.', id, durableMs, key: randomUUID() }
      const cookies = [signedCookie({ id, durableMs })]
      // Another address than the form's: going back to that, a browser has the page as it was.
      return { to: `/guestbook?signed=${id}#entry-${id}`, told, cookies }
    }
    case 'key-reused':
      return { refused: { ...reused, stored: kept.entry, key: randomUUID() } }
    case 'entry-deleted':
      return { refused: { ...deleted, key: randomUUID() } }
    case 'not-durable':
      return { refused: notDurable }
    case 'not-written':
      return { refused: notWritten }
  }
}

function invalid(error: z.ZodError): Refusal {
  const first = new Map(error.issues.toReversed().map(({ path, message }) => [path[0], message]))
  return {
    status: 422,
    type: 'invalid',
    title: 'Nothing was saved yet.',
    detail: 'Please mend what is marked, and send it again.',
    errors: [...first].map(([field, detail]) => ({ field: String(field), detail })),
  }
}

const trapped: Refusal = {
  status: 422,
  type: 'robot',
  title: 'Nothing was saved.',
  detail:
    'This looks as if a program had sent it: a field was filled in that people do not see. Please leave that one empty, and send the form again.',
  errors: [{ field: trap, detail: 'Please leave this empty.' }],
}

const noKey: Refusal = {
  status: 422,
  type: 'no-key',
  title: 'Nothing was saved yet.',
  detail: 'The form did not come whole. Please look at it, and send it again.',
}

const reused: Refusal = {
  status: 422,
  type: 'key-reused',
  title: 'Your entry was saved before.',
  detail:
    'It had another text, which stands here and is kept. What you have written since is not saved yet: it can be another entry.',
}

const deleted: Refusal = {
  status: 410,
  type: 'entry-deleted',
  title: 'Your entry was deleted.',
  detail:
    'It was saved before, and an admin has deleted it since. What stands in the form would be another entry.',
}

const notDurable: Refusal = {
  status: 503,
  type: 'not-durable',
  title: 'This is not confirmed yet.',
  detail:
    'Your entry is written, but the copy that would survive this server is not. Please send it again in a moment: it will be there only once.',
  retryAfter: 5,
}

const notWritten: Refusal = {
  status: 503,
  type: 'not-written',
  title: 'Nothing was saved.',
  detail: 'Your entry could not be written. Please send it again in a moment.',
  retryAfter: 5,
}
