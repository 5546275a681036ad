'use server'

import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { clientHeader } from '../../server/client.ts'
import { log } from '../../server/log.ts'
import { runtime } from '../../server/runtime.ts'
import { sessionCookie, sessionCookieOptions } from '../admin/session-cookie.ts'
import { localPath } from './local-path.ts'

export type SigningIn =
  | { status: 'blank' | 'wrong' }
  | { status: 'too-many'; seconds: number }
  | { status: 'signed-in'; to: string }

/** Begins a session for whoever knows the token. */
export async function signIn(_: SigningIn, form: FormData): Promise<SigningIn> {
  const header = await headers()
  const token = form.get('token')
  const client = header.get(clientHeader) ?? ''
  const { admin } = runtime()
  const attempt = await admin.attempt(client, typeof token === 'string' ? token.trim() : '')
  if (attempt !== 'right') {
    log('WARNING', 'Somebody could not sign in as an admin.', { client })
    if (attempt === 'wrong') return { status: 'wrong' }
    return { status: 'too-many', seconds: attempt.retryAfter }
  }
  const jar = await cookies()
  jar.set(sessionCookie, admin.session(), sessionCookieOptions(header))
  log('INFO', 'An admin has signed in.', { client })
  const to = localPath.parse(form.get('to'))
  // With JavaScript the form goes there itself: Next would fetch the page over the network, from
  // itself, to put it into this answer.
  if (!header.has('next-action')) redirect(to)
  return { status: 'signed-in', to }
}
