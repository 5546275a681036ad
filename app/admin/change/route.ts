import { z } from 'zod'
import { entryId } from '../../entry-id.ts'
import { answerForm, leadTo, type Outcome } from '../../forms/answer-form.ts'
import { changeForm, type Sent, signInForm } from '../../forms/forms.ts'
import { change, outcomeOfChange, pageBelow, refusals } from '../change.ts'
import { changeEntry } from '../change-entry.ts'
import { isAdmin } from '../is-admin.ts'

/** Hides, shows or deletes an entry. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, changeForm, moderate)
}

export const GET = leadTo('/admin')

const form = z.object({ id: entryId, change, before: entryId.nullable().catch(null) })

async function moderate(sent: Sent): Promise<Outcome> {
  const { success, data } = form.safeParse(Object.fromEntries(sent))
  if (!(await isAdmin())) {
    const to = pageBelow(success ? data.before : null)
    const instead = { form: signInForm, sent: new Map([['to', to]]) }
    return { refused: refusals['signed-out'], instead }
  }
  if (!success) return { refused: refusals['no-entry'] }
  return outcomeOfChange(data, await changeEntry(data.id, data.change))
}
