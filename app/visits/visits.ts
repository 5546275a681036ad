import { headers } from 'next/headers'
import { dayOf, type Visits } from '../../db/visits.ts'
import { data } from '../data.ts'
import { numberInWords, plural } from '../format.ts'
import { told } from '../told.ts'

/** The visits as they are shown, with this one if it is one; `day` is which day today is (UTC). */
type ShownVisits = { total: string; times: string; today: string; day: string }

/** How many visits there have been, as texts to be shown as they are. */
export async function visits(): Promise<ShownVisits> {
  const asked = await headers()
  const day = asked.get(told.day) ?? dayOf(new Date(), 0)
  const shown = [told.shownVisits, told.shownTimes, told.shownToday]
  const [total, times, today] = shown.map((name) => asked.get(name))
  if (total && times && today) return { total, times, today, day }
  const counted = await countedVisits()
  return {
    total: numberInWords(counted.total),
    times: plural(counted.total, 'time'),
    today: numberInWords(counted.today),
    day,
  }
}

/** The same, as numbers. */
export async function countedVisits(): Promise<Visits> {
  const asked = await headers()
  const [total, today] = [asked.get(told.visits), asked.get(told.today)]
  if (total !== null && today !== null) return { total: Number(total), today: Number(today) }
  return (await data()).countVisits(new Date())
}
