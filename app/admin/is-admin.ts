import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { admin, sessionCookie } from './admin.ts'

/** Whether whoever asks for this page, or sent this form, is signed in as an admin. */
export async function isAdmin(): Promise<boolean> {
  const session = (await cookies()).get(sessionCookie)?.value
  return admin().isSignedIn(session)
}

/**
 * Sends visitors who are not signed in to the page where they can. For pages; what changes
 * something asks {@link isAdmin} itself, as it can be called without its page.
 *
 * @param path where they wanted to go, and go once they are signed in
 */
export async function requireAdmin(path: string): Promise<void> {
  if (!(await isAdmin())) redirect(`/sign-in?to=${encodeURIComponent(path)}`)
}
