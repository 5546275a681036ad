import { log, nonceOf, reasonOf } from 'streamkeeper'
import { accepts } from 'streamkeeper/http'
import { ProblemError, problemAnswer } from '../api/problem.ts'
import { readForm } from '../form-data.ts'
import type { Form, Sent } from './forms.ts'
import { type Refusal, refusalOf, refusalPage } from './refusal.ts'

/** What became of a form. */
export type Outcome =
  | {
      /** Where a browser without JavaScript goes from here. */
      to: string
      /** What the script of a page is told. */
      told?: Record<string, unknown>
      /** Cookies, as headers. */
      cookies?: string[]
    }
  | {
      refused: Refusal
      /** The form to show again, if it isn't the one that was sent. */
      instead?: { form: Form; sent: Sent }
    }

/**
 * Answers a form: with a redirect, or a page with the form filled in where it is refused. The script
 * of a page, which asks for JSON, is answered with that.
 *
 * @param take does what the form is for; what it throws changes nothing of that
 */
export async function answerForm(
  request: Request,
  form: Form,
  take: (sent: Sent) => Promise<Outcome>,
): Promise<Response> {
  let sent: Sent | null = null
  try {
    sent = await readForm(request)
    const outcome = await take(sent)
    if (!('refused' in outcome)) return answerTaken(request, outcome)
    const shown = outcome.instead ?? { form, sent }
    return answerRefusal(request, shown.form, shown.sent, outcome.refused)
  } catch (error) {
    const isRefused = error instanceof ProblemError
    if (!isRefused) log('ERROR', `A form could not be answered: ${reasonOf(error)}`)
    return answerRefusal(request, form, sent, refusalOf(form, isRefused ? error.details : failed))
  }
}

const failed = { status: 500, type: 'failed', title: '', detail: '' }

/** Who loads the address of an answer again is led to the page of the form. */
export function leadTo(location: string): () => Response {
  return () => new Response(null, { status: 303, headers: { location } })
}

function answerTaken(
  request: Request,
  { to, told, cookies = [] }: Extract<Outcome, { to: string }>,
): Response {
  const answer = wantsJson(request) ? Response.json({ to, ...told }) : leadTo(to)()
  answer.headers.set('cache-control', 'no-store')
  for (const cookie of cookies) answer.headers.append('set-cookie', cookie)
  return answer
}

function answerRefusal(request: Request, form: Form, sent: Sent | null, refusal: Refusal) {
  const { status, headers, body } = problemAnswer(refusal)
  if (wantsJson(request)) return new Response(body, { status, headers })
  const nonce = nonceOf(request.headers.get('content-security-policy'))
  const answer = new Response(refusalPage(form, sent, refusal, nonce), { status, headers })
  answer.headers.set('content-type', 'text/html; charset=utf-8')
  return answer
}

function wantsJson({ headers }: Request): boolean {
  return accepts({ headers: { accept: headers.get('accept') ?? '' } }).json
}
