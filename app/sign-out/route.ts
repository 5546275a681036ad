import { cookies } from 'next/headers'
import { sessionCookie } from '../admin/session-cookie.ts'

/** Ends the session in this browser. */
export async function POST(): Promise<Response> {
  const jar = await cookies()
  jar.delete(sessionCookie)
  return new Response(null, { status: 303, headers: { location: '/sign-in' } })
}
