import { and, desc, eq, getTableColumns, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import {
  deletion,
  type Entry,
  type EntryPage,
  type ModeratedEntry,
  pageOf,
  writtenEntry,
} from '../entries.ts'
import { entries, tableVersions } from './schema.ts'
import type { Database } from './visits.ts'

const { idempotencyKey, hiddenAt, deletedAt, ...columns } = getTableColumns(entries)

/**
 * Writes a guestbook entry and returns it with its id. Writing the same again with the same
 * `idempotencyKey` changes nothing and returns what was written at first.
 *
 * @throws {KeyReused} if the key came with another name or message before
 * @throws {EntryDeleted} if what it came with was deleted
 */
export async function addEntry(
  database: Database,
  entry: { name: string; message: string; idempotencyKey: string },
  now: Date,
): Promise<Entry> {
  const [row] = await changing(database)
    .insert(entries)
    .values({ ...entry, createdAt: now.toISOString() })
    // Sets what is there already: doing nothing would return nothing.
    .onConflictDoUpdate({
      target: idempotencyKey,
      set: { idempotencyKey: entry.idempotencyKey },
    })
    .returning({ ...columns, deletedAt })
  return writtenEntry(row, entry)
}

/** An entry as everybody may see it; null where it is hidden, or isn't there. */
export async function findEntry(database: Database, id: number): Promise<Entry | null> {
  const isIt = and(eq(entries.id, id), isNull(hiddenAt), isNull(deletedAt))
  const [entry] = await database.select(columns).from(entries).where(isIt)
  return entry ?? null
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
    .where(and(isNull(hiddenAt), isNull(deletedAt), olderThan(before)))
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
    .where(and(isNull(deletedAt), olderThan(before)))
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
  const hidden = await changing(database).update(entries).set(change).where(isThere(id))
  return hidden.rowCount === 1
}

/**
 * Deletes an entry for good. Its row stays, with nothing but the key: whoever sends the entry again, as
 * an answer was lost, must not bring it back. Doing the same again, at the same `now`, changes nothing.
 *
 * @returns whether there was such an entry
 */
export async function deleteEntry(database: Database, id: number, now: Date): Promise<boolean> {
  const what = deletion(now)
  const isThereOrDone = or(isNull(deletedAt), eq(deletedAt, what.deletedAt))
  const deleted = await changing(database)
    .update(entries)
    .set(what)
    .where(and(eq(entries.id, id), isThereOrDone))
  return deleted.rowCount === 1
}

/**
 * Deletes entries that were hidden before a moment, as {@link deleteEntry} does it, the oldest first.
 *
 * @returns how many there were, `limit` at most
 */
export async function deleteHidden(
  database: Database,
  before: Date,
  { limit }: { limit: number },
  now: Date,
): Promise<number> {
  const isHidden = and(lt(hiddenAt, before.toISOString()), isNull(deletedAt))
  const found = database.select({ id: entries.id }).from(entries).where(isHidden)
  const oldest = await found.orderBy(entries.id).limit(limit)
  if (oldest.length === 0) return 0
  const ids = oldest.map(({ id }) => id)
  // Somebody may show one of them again meanwhile.
  const deleted = changing(database).update(entries).set(deletion(now))
  return (await deleted.where(and(inArray(entries.id, ids), isHidden))).rowCount ?? 0
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

function isThere(id: number) {
  return and(eq(entries.id, id), isNull(deletedAt))
}

function olderThan(before: number | null) {
  return before === null ? undefined : lt(entries.id, before)
}
