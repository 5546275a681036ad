import { cookies } from 'next/headers'
import { clientHeader, log } from 'streamkeeper'
import { admin, sessionCookie, sessionCookieOptions } from '../../admin/admin.ts'
import { answerForm, leadTo, type Outcome } from '../../forms/answer-form.ts'
import { type Sent, signInForm } from '../../forms/forms.ts'
import type { Refusal } from '../../forms/refusal.ts'
import { localPath } from '../local-path.ts'

/** Begins a session for whoever knows the token. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, signInForm, (sent) => signIn(sent, request.headers))
}

export const GET = leadTo('/sign-in')

async function signIn(sent: Sent, headers: Headers): Promise<Outcome> {
  const client = headers.get(clientHeader) ?? ''
  const attempt = await admin().attempt(client, (sent.get('token') ?? '').trim())
  if (attempt !== 'right') {
    log('WARNING', 'Somebody could not sign in as an admin.', { client })
    return { refused: attempt === 'wrong' ? wrong : tooMany(attempt.retryAfter) }
  }
  const jar = await cookies()
  jar.set(sessionCookie, admin().session(), sessionCookieOptions(headers))
  log('INFO', 'An admin has signed in.', { client })
  return { to: localPath.parse(sent.get('to')) }
}

const wrong: Refusal = {
  status: 422,
  type: 'wrong-token',
  title: 'You are not signed in.',
  detail: 'Please mend what is marked, and send it again.',
  errors: [{ field: 'token', detail: 'This is not the token.' }],
}

function tooMany(retryAfter: number): Refusal {
  return {
    status: 429,
    type: 'too-many',
    title: 'You are not signed in.',
    detail: `There were too many wrong tokens. Please wait ${retryAfter} seconds.`,
    retryAfter,
  }
}
