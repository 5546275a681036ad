import { cookies } from 'next/headers'
import { z } from 'zod'
import { entryId } from '../digits.ts'
import { changedName } from '../forms/flash.ts'

/** What a change makes of an entry, and how that is said. */
export const done = {
  hide: { state: 'hidden', said: 'The entry is hidden.' },
  show: { state: 'shown', said: 'The entry is shown again.' },
  delete: { state: 'deleted', said: 'The entry is deleted.' },
} as const

const states = Object.values(done).map(({ state }) => state)
const flash = z.tuple([entryId, z.enum(states)])

type Changed = { id: number; state: (typeof states)[number] }

/** Has the next page that an admin is shown say what was done. */
export function changedCookie({ id, state }: Changed): string {
  return `${changedName}=${id}.${state}; Path=/admin; Max-Age=60; HttpOnly; SameSite=Lax`
}

/** What was just done by who asks for this page; null if nothing was. */
export async function justChanged(): Promise<(Changed & { said: string }) | null> {
  const value = (await cookies()).get(changedName)?.value ?? ''
  const { success, data } = flash.safeParse(value.split('.'))
  if (!success) return null
  const [id, state] = data
  const said = Object.values(done).find((one) => one.state === state)?.said ?? ''
  return { id, state, said }
}
