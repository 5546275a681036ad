import { redirect } from 'next/navigation'
import { isAdmin } from './is-admin.ts'

/**
 * Sends visitors who are not signed in to the page where they can. For pages; what changes
 * something asks {@link isAdmin} itself, as it can be called without its page.
 *
 * @param path where they wanted to go, and go once they are signed in
 */
export async function requireAdmin(path: string): Promise<void> {
  if (!(await isAdmin())) redirect(`/sign-in?to=${encodeURIComponent(path)}`)
}
