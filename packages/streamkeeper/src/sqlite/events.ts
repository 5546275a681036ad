import { desc, lte } from 'drizzle-orm'
import { events } from '../../../../db/schema.ts'
import type { Database } from './open.ts'

/** A page of the timeline, many times over. */
export const keptEvents = 500

export type Event = Omit<typeof events.$inferSelect, 'id'>

/** Writes what happened, and forgets what happened long before. */
export async function recordEvents(database: Database, happened: Event[]): Promise<void> {
  if (happened.length === 0) return
  const { lastInsertRowid } = database.insert(events).values(happened).run()
  const oldest = Number(lastInsertRowid) - keptEvents
  database.delete(events).where(lte(events.id, oldest)).run()
}

/** The last `limit` events, newest first. */
export async function listEvents(database: Database, limit: number): Promise<Event[]> {
  const rows = database.select().from(events).orderBy(desc(events.id)).limit(limit).all()
  return rows.map(({ id: _, ...event }) => event)
}
