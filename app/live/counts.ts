import { dayOf } from '../../db/visits.ts'
import { data } from '../data.ts'
import type { Live } from './live.ts'
import { onceASecond } from './once-a-second.ts'

type Entries = Pick<Live, 'entriesVersion' | 'newestEntries'>

// One more than a page shows: then there are more new ones than can be put above it.
const limit = 11
let last: Entries = { entriesVersion: '', newestEntries: [] }

/** What changes in the data while a page is open. */
export const counts = onceASecond(async () => {
  const { countVisits, entriesVersion, listEntries } = await data()
  const now = new Date()
  const { total: visits, today } = await countVisits(now)
  // Before the entries: those that come meanwhile are read again.
  const version = await entriesVersion()
  if (version !== last.entriesVersion) {
    const { entries } = await listEntries({ before: null, limit })
    last = { entriesVersion: version, newestEntries: entries.map(({ id }) => id) }
  }
  return { visits, today, day: dayOf(now, 0), ...last }
})
