import { clientHeader } from 'streamkeeper'
import { admin } from '../admin/admin.ts'
import { ProblemError } from './problem.ts'

/** @throws {ProblemError} if a program may not do what admins may */
export async function admitAdmin({ headers }: Request): Promise<void> {
  const client = headers.get(clientHeader) ?? ''
  const attempt = await admin().admits(client, headers.get('authorization'))
  if (attempt === 'right') return
  if (admin().access === 'closed') {
    throw new ProblemError({
      status: 403,
      type: 'no-admin',
      title: 'There are no admins.',
      detail: 'Set ADMIN_TOKEN where this app is deployed.',
    })
  }
  if (attempt !== 'wrong') {
    throw new ProblemError({
      status: 429,
      type: 'too-many',
      title: 'There were too many wrong tokens.',
      detail: `Please come back in ${attempt.retryAfter} seconds.`,
      retryAfter: attempt.retryAfter,
    })
  }
  throw new ProblemError({
    status: 401,
    type: 'not-admin',
    title: 'This is for admins.',
    detail: 'Send the header "Authorization: Bearer TOKEN" with the admin token.',
    headers: { 'www-authenticate': 'Bearer' },
  })
}
