import { eq, gte } from 'drizzle-orm'
import type { Database } from './database.ts'
import { pageViewCount, pageViewDays, pageViews } from './schema.ts'

/** How many visits there are, and how many of them today (UTC). */
export type Visits = { total: number; today: number }

/** Records a visit at `now` and returns how many there are with it. */
export async function recordVisit(database: Database, now: Date): Promise<Visits> {
  return database.transaction((tx) => {
    tx.insert(pageViews).values({ timestamp: now.toISOString() }).run()
    return visitsAt(tx, now)
  })
}

/** How many visits there are at `now`, in constant time at any number. */
export async function countVisits(database: Database, now: Date): Promise<Visits> {
  return database.transaction((tx) => visitsAt(tx, now))
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

function visitsAt(database: Pick<Database, 'select'>, now: Date): Visits {
  const all = database.select().from(pageViewCount).where(eq(pageViewCount.id, 1)).get()
  const day = eq(pageViewDays.day, dayOf(now, 0))
  const today = database.select().from(pageViewDays).where(day).get()
  return { total: all?.total ?? 0, today: today?.total ?? 0 }
}
