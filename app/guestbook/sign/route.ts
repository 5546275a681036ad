import { arrivedHeader } from 'streamkeeper'
import { answerForm } from '../../forms/answer-form.ts'
import { signForm } from '../../forms/forms.ts'
import { sign } from '../sign.ts'

/** Writes what the form holds into the guestbook. */
export function POST(request: Request): Promise<Response> {
  const sinceMs = Number(request.headers.get(arrivedHeader) ?? performance.now())
  return answerForm(request, signForm, (sent) => sign(sent, sinceMs))
}

/** Who loads the address of an answer again is led to the form. */
export function GET(): Response {
  return new Response(null, { status: 303, headers: { location: '/guestbook' } })
}
