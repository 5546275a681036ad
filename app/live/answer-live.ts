import type { ServerResponse } from 'node:http'
import { type Replicated, release } from 'streamkeeper'
import type { Data } from '../../db/data.ts'
import { dayOf } from '../../db/visits.ts'
import { onceASecond } from './once-a-second.ts'
import { replicatedInWords } from './replicated.ts'

/** What pages that are open ask for now and then; for everybody, so no secret is in it. */
export type Live = {
  visits: number
  today: number
  /** Which day that is (UTC). */
  day: string
  /** Another text after each change of any entry. */
  entriesVersion: string
  /** The ids of the newest entries, the newest first. */
  newestEntries: number[]
  replication: Replicated & { words: string }
  /** Which release answers. */
  release: string
}

type Counts = Pick<Data, 'countVisits' | 'entriesVersion' | 'listEntries'>

// One more than a page shows: then there are more new ones than can be put above it.
const newest = 11

/**
 * Answers what pages that are open ask for, `GET /live`: without Next, and from memory, as each of
 * them asks every few seconds.
 */
export function liveFrom(data: () => Promise<Counts>, replicated: () => Replicated) {
  const counts = onceASecond(countsIn(data))
  return async (response: ServerResponse): Promise<void> => {
    const counted = await counts().catch(() => null)
    const replication = replicated()
    const live: Partial<Live> = {
      ...counted,
      replication: { ...replication, words: replicatedInWords(replication) },
      release: release().id,
    }
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    if (counted) response.writeHead(200, headers)
    // There is nothing to read at this moment, and it is no fault of whoever asks.
    else response.writeHead(503, { ...headers, 'retry-after': '5' })
    response.end(`${JSON.stringify(live)}\n`)
  }
}

function countsIn(
  data: () => Promise<Counts>,
): () => Promise<Omit<Live, 'replication' | 'release'>> {
  let last = { entriesVersion: '', newestEntries: [] as number[] }
  return async () => {
    const now = new Date()
    const { countVisits, entriesVersion: version, listEntries } = await data()
    const { total: visits, today } = await countVisits(now)
    // Before the entries: what comes meanwhile has another version.
    const entriesVersion = await version()
    if (entriesVersion !== last.entriesVersion) {
      const { entries } = await listEntries({ before: null, limit: newest })
      last = { entriesVersion, newestEntries: entries.map(({ id }) => id) }
    }
    return { visits, today, day: dayOf(now, 0), ...last }
  }
}
