import { cookies } from 'next/headers'
import { sessionCookie } from '../admin/admin.ts'
import { answerForm } from '../forms/answer-form.ts'
import { signOutForm } from '../forms/forms.ts'

/** Ends the session in this browser. */
export function POST(request: Request): Promise<Response> {
  return answerForm(request, signOutForm, async () => {
    const jar = await cookies()
    jar.delete(sessionCookie)
    return { to: '/sign-in' }
  })
}
