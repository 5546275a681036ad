import { log, nonceOf, reasonOf } from 'streamkeeper'
import { accepts } from 'streamkeeper/http'
import { problemAnswer } from '../api/problem.ts'
import { readForm } from '../form-data.ts'
import type { Form, Sent } from './forms.ts'
import { type Refusal, refusalPage } from './refusal.ts'
import { refusalOf } from './words.ts'

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
  const { fields: sent, refused } = await readForm(request)
  if (refused) return answerRefusal(request, form, null, refusalOf(form, refused))
  const outcome = await take(sent).catch((error): Outcome => {
    log('ERROR', `A form could not be answered: ${reasonOf(error)}`)
    return { refused: refusalOf(form, failed) }
  })
  if ('refused' in outcome) {
    const shown = outcome.instead ?? { form, sent }
    return answerRefusal(request, shown.form, shown.sent, outcome.refused)
  }
  const { to, told = {}, cookies = [] } = outcome
  const answer = wantsJson(request)
    ? Response.json({ to, ...told })
    : new Response(null, { status: 303, headers: { location: to } })
  answer.headers.set('cache-control', 'no-store')
  for (const cookie of cookies) answer.headers.append('set-cookie', cookie)
  return answer
}

const failed = { status: 500, type: 'failed', title: '', detail: '' }

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
