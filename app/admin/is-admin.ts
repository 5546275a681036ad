import { cookies } from 'next/headers'
import { admin } from './admin.ts'
import { sessionCookie } from './session-cookie.ts'

/** Whether whoever asks for this page, or sent this form, is signed in as an admin. */
export async function isAdmin(): Promise<boolean> {
  const session = (await cookies()).get(sessionCookie)?.value
  return admin().isSignedIn(session)
}
