import { eq, gte, sql } from 'drizzle-orm'
import type { NodePgDatabase } from 'drizzle-orm/node-postgres'
import { type Day, dayOf, lastDays, type Visits } from '../visits.ts'
import { pageViewCount, pageViewDays, pageViews } from './schema.ts'

export type Database = NodePgDatabase

/**
 * Records `count` visits at `now`, and returns how many there are with them.
 *
 * One statement: all visits change the same two rows, and so they are locked for no longer than the
 * server needs to commit.
 */
export async function recordVisits(database: Database, count: number, now: Date): Promise<Visits> {
  const rows = Array(count).fill({ timestamp: now.toISOString() })
  const view = database.$with('view').as(database.insert(pageViews).values(rows))
  const day = database.$with('day').as(
    database
      .insert(pageViewDays)
      .values({ day: dayOf(now, 0), total: count })
      .onConflictDoUpdate({
        target: pageViewDays.day,
        set: { total: sql`${pageViewDays.total} + ${count}` },
      })
      .returning({ today: pageViewDays.total }),
  )
  const [counted] = await database
    .with(view, day)
    .insert(pageViewCount)
    .values({ id: 1, total: count })
    .onConflictDoUpdate({
      target: pageViewCount.id,
      set: { total: sql`${pageViewCount.total} + ${count}` },
    })
    .returning({
      total: pageViewCount.total,
      today: sql<number>`(select total from day)`.mapWith(pageViewDays.total),
    })
  return counted ?? { total: 0, today: 0 }
}

/** How many visits there are at `now`, in constant time at any number. */
export async function countVisits(database: Database, now: Date): Promise<Visits> {
  const [count] = await database
    .select({ total: pageViewCount.total, today: pageViewDays.total })
    .from(pageViewCount)
    .leftJoin(pageViewDays, eq(pageViewDays.day, dayOf(now, 0)))
    .where(eq(pageViewCount.id, 1))
  return { total: count?.total ?? 0, today: count?.today ?? 0 }
}

/** How many visits there were on each of the last `days` days (UTC), oldest first, today's last. */
export async function visitsByDay(
  database: Database,
  { days, now }: { days: number; now: Date },
): Promise<Day[]> {
  const oldest = dayOf(now, 1 - days)
  const rows = await database.select().from(pageViewDays).where(gte(pageViewDays.day, oldest))
  return lastDays(rows, { days, now })
}
