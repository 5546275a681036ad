import { cookies } from 'next/headers'
import { z } from 'zod'
import { entryId } from '../digits.ts'
import { changedName } from '../forms/flash.ts'
import { type Changed, done } from './changed.ts'

const states = Object.values(done).map(({ state }) => state)
const flash = z.tuple([entryId, z.enum(states)])

/** What was just done by who asks for this page; null if nothing was. */
export async function justChanged(): Promise<(Changed & { said: string }) | null> {
  const value = (await cookies()).get(changedName)?.value ?? ''
  const { success, data } = flash.safeParse(value.split('.'))
  if (!success) return null
  const [id, state] = data
  const said = Object.values(done).find((one) => one.state === state)?.said ?? ''
  return { id, state, said }
}
