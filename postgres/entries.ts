import { and, desc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm'
import {
  type Entry,
  type EntryPage,
  KeyReused,
  type ModeratedEntry,
  pageOf,
} from '../db/entries.ts'
import type { Database } from './open.ts'
import { entries, tableVersions } from './schema.ts'

const { idempotencyKey, hiddenAt, ...columns } = getTableColumns(entries)

/**
 * Writes a guestbook entry and returns it with its id. Writing the same again with the same
 * `idempotencyKey` changes nothing and returns what was written at first.
 *
 * @throws {KeyReused} if the key came with another name or message before
 */
export async function addEntry(
  database: Database,
  entry: { name: string; message: string; idempotencyKey: string },
  now: Date,
): Promise<Entry> {
  const { name, message } = entry
  const [stored] = await changing(database)
    .insert(entries)
    .values({ ...entry, createdAt: now.toISOString() })
    // Sets what is there already: doing nothing would return nothing.
    .onConflictDoUpdate({
      target: idempotencyKey,
      set: { idempotencyKey: entry.idempotencyKey },
    })
    .returning(columns)
  if (stored?.name !== name || stored.message !== message) throw new KeyReused()
  return stored
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
  const rows = await database
    .select(columns)
    .from(entries)
    .where(and(isNull(hiddenAt), olderThan(before)))
    .orderBy(desc(entries.id))
    .limit(limit + 1)
  return pageOf(rows, limit)
}

/** As {@link listEntries}, with those that are hidden. */
export async function listAllEntries(
  database: Database,
  { before, limit }: { before: number | null; limit: number },
): Promise<EntryPage<ModeratedEntry>> {
  const rows = await database
    .select({ ...columns, hiddenAt })
    .from(entries)
    .where(olderThan(before))
    .orderBy(desc(entries.id))
    .limit(limit + 1)
  return pageOf(rows, limit)
}

/**
 * Hides an entry from everybody but admins.
 *
 * @param since null shows it again
 * @returns whether there is such an entry
 */
export async function hideEntry(
  database: Database,
  id: number,
  since: Date | null,
): Promise<boolean> {
  const change = { hiddenAt: since?.toISOString() ?? null }
  const hidden = await changing(database).update(entries).set(change).where(eq(entries.id, id))
  return hidden.rowCount === 1
}

/**
 * Deletes an entry for good.
 *
 * @returns whether there was such an entry
 */
export async function deleteEntry(database: Database, id: number): Promise<boolean> {
  const deleted = await changing(database).delete(entries).where(eq(entries.id, id))
  return deleted.rowCount === 1
}

/** Another text after each change of any entry by these functions; no two states have the same. */
export async function entriesVersion(database: Database): Promise<string> {
  const { version } = tableVersions
  const [row] = await database
    .select({ version })
    .from(tableVersions)
    .where(eq(tableVersions.name, 'entries'))
  return String(row?.version ?? 0)
}

// The version changes in the statement that changes the entries, and is locked no longer than that
// one takes to commit.
function changing(database: Database) {
  const changed = database.$with('changed').as(
    database
      .insert(tableVersions)
      .values({ name: 'entries', version: 1 })
      .onConflictDoUpdate({
        target: tableVersions.name,
        set: { version: sql`${tableVersions.version} + 1` },
      }),
  )
  return database.with(changed)
}

function olderThan(before: number | null) {
  return before === null ? undefined : lt(entries.id, before)
}
