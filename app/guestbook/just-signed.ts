import { cookies } from 'next/headers'
import { signedName } from '../forms/flash.ts'

type Signed = { id: number; durableMs: number }

/** Has the next page that a browser is shown thank for an entry. */
export function signedCookie({ id, durableMs }: Signed): string {
  return `${signedName}=${id}.${durableMs}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax`
}

/** The entry that who asks for this page has just written; null if none. */
export async function justSigned(): Promise<Signed | null> {
  const value = (await cookies()).get(signedName)?.value ?? ''
  const [, id, ms] = /^(\d{1,15})\.(\d{1,9})$/.exec(value) ?? []
  return id && ms ? { id: Number(id), durableMs: Number(ms) } : null
}
