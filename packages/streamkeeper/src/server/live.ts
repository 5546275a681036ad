import type { RequestListener } from 'node:http'
import type { Live } from '../../../../app/live/live.ts'
import { type Replicated, replicatedInWords } from '../../../../app/live/replicated.ts'
import type { Data } from '../../../../db/data.ts'
import { dayOf } from '../../../../db/visits.ts'
import { onceASecond } from './once-a-second.ts'
import { releaseId } from './release-name.ts'

type Counts = Pick<Data, 'countVisits' | 'entriesVersion' | 'listEntries'>

// One more than a page shows: then there are more new ones than can be put above it.
const newest = 11

/**
 * Answers what pages that are open ask for, `GET /live`: without Next, and from memory, as each of
 * them asks every few seconds.
 */
export function withLive(
  render: RequestListener,
  data: Counts,
  replicated: () => Replicated,
): RequestListener {
  const counts = onceASecond(countsIn(data))
  return async (request, response) => {
    if (request.url?.split('?', 1)[0] !== '/live') return render(request, response)
    const counted = await counts().catch(() => null)
    const replication = replicated()
    const live: Partial<Live> = {
      ...counted,
      replication: { ...replication, words: replicatedInWords(replication) },
      release: releaseId(),
    }
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
    if (counted) response.writeHead(200, headers)
    // There is nothing to read at this moment, and it is no fault of whoever asks.
    else response.writeHead(503, { ...headers, 'retry-after': '5' })
    response.end(`${JSON.stringify(live)}\n`)
  }
}

function countsIn(data: Counts): () => Promise<Omit<Live, 'replication' | 'release'>> {
  let last = { entriesVersion: '', newestEntries: [] as number[] }
  return async () => {
    const now = new Date()
    const { total: visits, today } = await data.countVisits(now)
    // Before the entries: what comes meanwhile has another version.
    const entriesVersion = await data.entriesVersion()
    if (entriesVersion !== last.entriesVersion) {
      const { entries } = await data.listEntries({ before: null, limit: newest })
      last = { entriesVersion, newestEntries: entries.map(({ id }) => id) }
    }
    return { visits, today, day: dayOf(now, 0), ...last }
  }
}
