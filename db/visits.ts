import { eq } from 'drizzle-orm'
import type { Database } from './open.ts'
import { pageViewCount, pageViews } from './schema.ts'

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

function total(database: Pick<Database, 'select'>): number {
  const row = database.select().from(pageViewCount).where(eq(pageViewCount.id, 1)).get()
  return row?.total ?? 0
}
