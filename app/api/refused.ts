import { clientHeader } from 'streamkeeper'
import { admin } from '../admin/admin.ts'
import { problem } from './problem.ts'

/** The answer to a program that may not do what admins may; null where it may. */
export async function refused({ headers }: Request): Promise<Response | null> {
  const client = headers.get(clientHeader) ?? ''
  const attempt = await admin().admits(client, headers.get('authorization'))
  if (attempt === 'right') return null
  if (admin().access === 'closed') {
    return problem({
      status: 403,
      type: 'no-admin',
      title: 'There are no admins.',
      detail: 'Set ADMIN_TOKEN where this app is deployed.',
    })
  }
  if (attempt !== 'wrong') {
    return problem({
      status: 429,
      type: 'too-many',
      title: 'There were too many wrong tokens.',
      detail: `Please come back in ${attempt.retryAfter} seconds.`,
      retryAfter: attempt.retryAfter,
    })
  }
  const answer = problem({
    status: 401,
    type: 'not-admin',
    title: 'This is for admins.',
    detail: 'Send the header "Authorization: Bearer TOKEN" with the admin token.',
  })
  answer.headers.set('www-authenticate', 'Bearer')
  return answer
}
