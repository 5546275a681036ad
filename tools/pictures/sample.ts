import { addEntry } from '../../db/entries.ts'
import { openDatabase } from '../../db/test-support.ts'
import { recordVisits } from '../../db/visits.ts'

const minuteMs = 60_000
const dayMs = 1_440 * minuteMs

// Of each of the last 30 days, today's last.
const visits = [
  ...[9, 14, 12, 21, 33, 27, 22, 18, 31, 42],
  ...[37, 29, 24, 40, 52, 47, 36, 28, 49, 61],
  ...[55, 43, 64, 77, 59, 52, 71, 86, 92, 31],
]

const entries = [
  ['Grace', 'Deployed over it twice while writing this. It is still here.', 3 * dayMs],
  ['José', '¿Quién necesita un servidor de base de datos?', 2 * dayMs],
  ['Lin', 'Killed the container. Reloaded. Nothing missing.', 26 * 60 * minuteMs],
  ['Ada', 'One file, one container, one bucket: I like things that I can draw.', 3 * 60 * minuteMs],
  ['Edsger', 'Simplicity is a prerequisite for reliability.', 12 * minuteMs],
] as const

/** Fills a new database at `path` as a month of people would have. */
export async function fillSample(path: string, now: Date): Promise<void> {
  const database = openDatabase(path)
  try {
    for (const [index, count] of visits.entries()) {
      const daysAgo = visits.length - 1 - index
      const midnight = new Date(now.getTime() - daysAgo * dayMs).setUTCHours(0, 0, 0, 0)
      const spanMs = daysAgo === 0 ? now.getTime() - midnight : dayMs
      for (let visit = 1; visit <= count; visit++) {
        await recordVisits(database, 1, new Date(midnight + (spanMs * visit) / (count + 1)))
      }
    }
    for (const [name, message, agoMs] of entries) {
      const entry = { name, message, idempotencyKey: `sample-of-${name}` }
      await addEntry(database, entry, new Date(now.getTime() - agoMs))
    }
  } finally {
    database.$client.close()
  }
}
