import { eq, gte } from 'drizzle-orm'
import type { Database } from './open.ts'
import { pageViewCount, pageViewDays, pageViews } from './schema.ts'

/** Records a visit at `now` and returns how many there are with it. */
export async function recordVisit(database: Database, now: Date): Promise<number> {
  return database.transaction((tx) => {
    tx.insert(pageViews).values({ timestamp: now.toISOString() }).run()
    return total(tx)
  })
}

/** How many visits there are, in constant time at any number. */
export async function countVisits(database: Database): Promise<number> {
  return total(database)
}

export type Day = { day: string; visits: number }

/** How many visits there were on each of the last `days` days (UTC), oldest first, today's last. */
export async function visitsByDay(
  database: Database,
  { days, now }: { days: number; now: Date },
): Promise<Day[]> {
  const wanted = Array.from({ length: days }, (_, index) => dayOf(now, index - days + 1))
  const rows = database
    .select()
    .from(pageViewDays)
    .where(gte(pageViewDays.day, dayOf(now, 1 - days)))
    .all()
  const totals = new Map(rows.map(({ day, total }) => [day, total]))
  return wanted.map((day) => ({ day, visits: totals.get(day) ?? 0 }))
}

function dayOf(now: Date, daysLater: number): string {
  return new Date(now.getTime() + daysLater * 86_400_000).toISOString().slice(0, 10)
}

function total(database: Pick<Database, 'select'>): number {
  const row = database.select().from(pageViewCount).where(eq(pageViewCount.id, 1)).get()
  return row?.total ?? 0
}
