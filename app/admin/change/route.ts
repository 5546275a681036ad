import { z } from 'zod'
import { entryId } from '../../digits.ts'
import { answerForm, type Outcome } from '../../forms/answer-form.ts'
import { changeForm, type Sent, signInForm } from '../../forms/forms.ts'
import type { Refusal } from '../../forms/refusal.ts'
import { type Changing, change, changeEntry } from '../change-entry.ts'
import { isAdmin } from '../is-admin.ts'
import { changedCookie, done } from '../just-changed.ts'

/** Hides, shows or deletes an entry. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, changeForm, moderate)
}

/** Who loads the address of an answer again is led to the entries. */
export function GET(): Response {
  return new Response(null, { status: 303, headers: { location: '/admin' } })
}

const form = z.object({ id: entryId, change, before: entryId.nullable().catch(null) })

async function moderate(sent: Sent): Promise<Outcome> {
  const { success, data } = form.safeParse(Object.fromEntries(sent))
  const before = success && data.before !== null ? `?before=${data.before}` : ''
  if (!(await isAdmin())) {
    const instead = { form: signInForm, sent: new Map([['to', `/admin${before}`]]) }
    return { refused: signedOut, instead }
  }
  const changing = success ? await changeEntry(data.id, data.change) : 'no-entry'
  if (changing !== 'changed' || !success) return { refused: refusals[changing] ?? gone }
  const { id } = data
  const { state, said } = done[data.change]
  return {
    to: `/admin${before}${state === 'deleted' ? '' : `#entry-${id}`}`,
    told: { said, changed: { id, state } },
    cookies: [changedCookie({ id, state })],
  }
}

const signedOut: Refusal = {
  status: 403,
  type: 'signed-out',
  title: 'Nothing was changed.',
  detail: 'You are signed out. Please sign in, and do it again.',
}

const gone: Refusal = {
  status: 404,
  type: 'no-entry',
  title: 'Nothing was changed.',
  detail: 'There is no such entry any more.',
}

const refusals: Partial<Record<Changing, Refusal>> = {
  'not-durable': {
    status: 503,
    type: 'not-durable',
    title: 'This is not confirmed yet.',
    detail:
      'It is done here, but the copy that would survive this server is not. Please do it again in a moment.',
    retryAfter: 5,
  },
  'not-written': {
    status: 503,
    type: 'not-written',
    title: 'Nothing was changed.',
    detail: 'It could not be written. Please do it again in a moment.',
    retryAfter: 5,
  },
}
