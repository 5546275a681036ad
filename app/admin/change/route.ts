import { z } from 'zod'
import { entryId } from '../../digits.ts'
import { answerForm, type Outcome } from '../../forms/answer-form.ts'
import { changeForm, type Sent, signInForm } from '../../forms/forms.ts'
import type { Refusal } from '../../forms/refusal.ts'
import { change, changeEntry } from '../change-entry.ts'
import { isAdmin } from '../is-admin.ts'
import { gone, outcomeOfChange, pageBelow } from '../outcome-of-change.ts'

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
  const page = pageBelow(success ? data.before : null)
  if (!(await isAdmin())) {
    const instead = { form: signInForm, sent: new Map([['to', page]]) }
    return { refused: signedOut, instead }
  }
  if (!success) return { refused: gone }
  return outcomeOfChange(data, await changeEntry(data.id, data.change))
}

const signedOut: Refusal = {
  status: 403,
  type: 'signed-out',
  title: 'Nothing was changed.',
  detail: 'You are signed out. Please sign in, and do it again.',
}
