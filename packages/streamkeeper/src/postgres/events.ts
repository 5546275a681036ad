import { desc, lte } from 'drizzle-orm'
import { events } from '../../../../db/postgres/schema.ts'
import { type Event, keptEvents } from '../sqlite/events.ts'
import type { Database } from './open.ts'

/** Writes what happened, and forgets what happened long before. */
export async function recordEvents(database: Database, happened: Event[]): Promise<void> {
  if (happened.length === 0) return
  await database.transaction(async (tx) => {
    const written = await tx.insert(events).values(happened).returning({ id: events.id })
    const newest = Math.max(...written.map(({ id }) => id))
    await tx.delete(events).where(lte(events.id, newest - keptEvents))
  })
}

/** The last `limit` events, newest first. */
export async function listEvents(database: Database, limit: number): Promise<Event[]> {
  const rows = await database.select().from(events).orderBy(desc(events.id)).limit(limit)
  return rows.map(({ id: _, ...event }) => event)
}
