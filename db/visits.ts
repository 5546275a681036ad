import { eq, gte, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { prepared } from './prepared.ts'
import { pageViewCount, pageViewDays, pageViews } from './schema.ts'

/** How many visits there are, and how many of them today (UTC). */
export type Visits = { total: number; today: number }

const visitsAt = prepared((database) => {
  const counts = database
    .select({ total: pageViewCount.total, today: pageViewDays.total })
    .from(pageViewCount)
    .leftJoin(pageViewDays, eq(pageViewDays.day, sql.placeholder('day')))
    .where(eq(pageViewCount.id, 1))
    .prepare()
  return (now: Date): Visits => {
    const found = counts.get({ day: dayOf(now, 0) })
    return { total: found?.total ?? 0, today: found?.today ?? 0 }
  }
})

const record = prepared((database) => {
  const timestamp = sql.placeholder('timestamp')
  const insert = database.insert(pageViews).values({ timestamp }).prepare()
  const counted = visitsAt(database)
  return database.$client.transaction((count: number, now: Date) => {
    const view = { timestamp: now.toISOString() }
    for (let visit = 0; visit < count; visit++) insert.run(view)
    return counted(now)
  })
})

/** Records `count` visits at `now` in one commit, and returns how many there are with them. */
export async function recordVisits(database: Database, count: number, now: Date): Promise<Visits> {
  return record(database)(count, now)
}

/** How many visits there are at `now`, in constant time at any number. */
export async function countVisits(database: Database, now: Date): Promise<Visits> {
  return visitsAt(database)(now)
}

export type Day = { day: string; visits: number }

/** How many visits there were on each of the last `days` days (UTC), oldest first, today's last. */
export async function visitsByDay(
  database: Database,
  { days, now }: { days: number; now: Date },
): Promise<Day[]> {
  const oldest = dayOf(now, 1 - days)
  const rows = database.select().from(pageViewDays).where(gte(pageViewDays.day, oldest)).all()
  return lastDays(rows, { days, now })
}

/** The last `days` days (UTC), oldest first, with those that `rows` has no total of. */
export function lastDays(
  rows: { day: string; total: number }[],
  { days, now }: { days: number; now: Date },
): Day[] {
  const totals = new Map(rows.map(({ day, total }) => [day, total]))
  return Array.from({ length: days }, (_, index) => {
    const day = dayOf(now, index - days + 1)
    return { day, visits: totals.get(day) ?? 0 }
  })
}

/** The day (UTC) so many days after that of `now`, as in 2026-11-25. */
export function dayOf(now: Date, daysLater: number): string {
  return new Date(now.getTime() + daysLater * 86_400_000).toISOString().slice(0, 10)
}
