import { desc, lt } from 'drizzle-orm'
import type { Database } from './open.ts'
import { entries } from './schema.ts'

export type Entry = typeof entries.$inferSelect

export type EntryPage = {
  entries: Entry[]
  /** The cursor of the next, older page; null on the last one. */
  older: number | null
}

/** Writes a guestbook entry and returns it with its id. */
export async function addEntry(
  database: Database,
  entry: { name: string; message: string },
  now: Date,
): Promise<Entry> {
  const { name, message } = entry
  return database
    .insert(entries)
    .values({ name, message, createdAt: now.toISOString() })
    .returning()
    .get()
}

/**
 * A page of entries, newest first. It seeks by id instead of skipping rows, so the last page
 * costs what the first does.
 *
 * @param before only entries with a smaller id; null starts at the newest
 */
export async function listEntries(
  database: Database,
  { before, limit }: { before: number | null; limit: number },
): Promise<EntryPage> {
  const rows = database
    .select()
    .from(entries)
    .where(before === null ? undefined : lt(entries.id, before))
    .orderBy(desc(entries.id))
    .limit(limit + 1)
    .all()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { entries: page, older: rows.length > limit && last ? last.id : null }
}
