import { randomUUID } from 'node:crypto'
import { arrivedHeader, log } from 'streamkeeper'
import { z } from 'zod'
import { answerForm, leadTo, type Outcome } from '../../forms/answer-form.ts'
import { flashCookie } from '../../forms/flash.ts'
import { type Sent, signForm, trap } from '../../forms/forms.ts'
import type { Refusal } from '../../forms/refusal.ts'
import { keepEntry, type NotKept } from '../keep-entry.ts'
import { newEntry } from '../new-entry.ts'

/** Writes what the form holds into the guestbook. */
export function POST(request: Request): Promise<Response> {
  const sinceMs = Number(request.headers.get(arrivedHeader) ?? performance.now())
  return answerForm(request, signForm, (sent) => sign(sent, sinceMs))
}

export const GET = leadTo('/guestbook')

/** @param sinceMs when it arrived, by `performance.now()` */
async function sign(sent: Sent, sinceMs: number): Promise<Outcome> {
  if (sent.get(trap)) {
    log('INFO', 'A form was refused, as its hidden field was filled in.')
    return { refused: trapped }
  }
  const key = z.uuid().safeParse(sent.get('key'))
  const nextKey = randomUUID()
  if (!key.success) return { refused: { ...noKey, key: nextKey } }
  const { name = '', message = '' } = Object.fromEntries(sent)
  const entry = newEntry.safeParse({ name, message })
  if (!entry.success) return { refused: invalid(entry.error) }

  const kept = await keepEntry(entry.data, key.data)
  if (kept.outcome === 'kept') {
    const { id } = kept.entry
    const durableMs = Math.max(0, Math.round(performance.now() - sinceMs))
    return {
      // Another address than the form's: going back to that, a browser has the page as it was.
      to: `/guestbook?signed=${id}#entry-${id}`,
      told: { said: 'Thank you. Your entry is saved.', id, durableMs, key: nextKey },
      cookies: [flashCookie('signed', id, durableMs)],
    }
  }
  const refused = refusals[kept.outcome]
  // It stands for an entry that is there, or was; what is written now needs another.
  if (kept.outcome === 'key-reused')
    return { refused: { ...refused, stored: kept.entry, key: nextKey } }
  if (kept.outcome === 'entry-deleted') return { refused: { ...refused, key: nextKey } }
  return { refused }
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

const refusals: Record<NotKept, Refusal> = {
  'key-reused': {
    status: 422,
    type: 'key-reused',
    title: 'Your entry was saved before.',
    detail:
      'It had another text, which stands here and is kept. What you have written since is not saved yet: it can be another entry.',
  },
  'entry-deleted': {
    status: 410,
    type: 'entry-deleted',
    title: 'Your entry was deleted.',
    detail:
      'It was saved before, and an admin has deleted it since. What stands in the form would be another entry.',
  },
  'not-durable': {
    status: 503,
    type: 'not-durable',
    title: 'This is not confirmed yet.',
    detail:
      'Your entry is written, but the copy that would survive this server is not. Please send it again in a moment: it will be there only once.',
    retryAfter: 5,
  },
  'not-written': {
    status: 503,
    type: 'not-written',
    title: 'Nothing was saved.',
    detail: 'Your entry could not be written. Please send it again in a moment.',
    retryAfter: 5,
  },
  unclear: {
    status: 503,
    type: 'unclear',
    title: 'This is not confirmed yet.',
    detail:
      'Your entry may have been saved, or not. Please send it again in a moment: it will be there only once.',
    retryAfter: 5,
  },
}
