import { headers } from 'next/headers'
import { data } from '../data.ts'
import { visitsHeader } from '../kept-pages.ts'

/** How many visits there have been, with this one if it is one; to be shown as it is. */
export async function visits(): Promise<string> {
  const counted = (await headers()).get(visitsHeader)
  return counted ?? String(await (await data()).countVisits())
}
