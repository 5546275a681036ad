import { and, desc, eq, getTableColumns, inArray, isNull, lt, sql } from 'drizzle-orm'
import { connectionOf } from 'streamkeeper'
import type { Database } from './database.ts'
import { prepared } from './prepared.ts'
import { entries, tableVersions } from './schema.ts'
import { inSharedCommit } from './shared-commit.ts'

const { idempotencyKey, hiddenAt, deletedAt, ...columns } = getTableColumns(entries)

/** An entry as everybody may see it. */
export type Entry = Pick<typeof entries.$inferSelect, 'id' | 'name' | 'message' | 'createdAt'>

/** An entry as its admins see it; `hiddenAt` is null where everybody does. */
export type ModeratedEntry = Entry & { hiddenAt: string | null }

export type EntryPage<E = Entry> = {
  entries: E[]
  /** The cursor of the next, older page; null on the last one. */
  older: number | null
}

/** Another entry was written with the same idempotency key. */
export class KeyReused extends Error {
  readonly code = 'key-reused'
  readonly entry: Entry

  /** @param entry what was written with it */
  constructor(entry: Entry) {
    super('Another entry was written with this idempotency key.')
    this.entry = entry
  }
}

/** The entry that was written with the same idempotency key was deleted since. */
export class EntryDeleted extends Error {
  readonly code = 'entry-deleted'

  constructor() {
    super('The entry that was written with this idempotency key was deleted.')
  }
}

/**
 * What was written with a key, where an error is {@link KeyReused}; null for any other. Next bundles
 * this file once more for the pages, and the class that they know isn't the one that the server throws.
 */
export function keptWithKey(error: unknown): Entry | null {
  const isReused = error instanceof Error && 'code' in error && error.code === 'key-reused'
  return isReused ? (error as KeyReused).entry : null
}

/** Whether an error is {@link EntryDeleted}, as {@link keptWithKey} does it. */
export function isEntryDeleted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'entry-deleted'
}

const { placeholder } = sql

const add = prepared((database) =>
  database
    .insert(entries)
    .values({
      name: placeholder('name'),
      message: placeholder('message'),
      createdAt: placeholder('createdAt'),
      idempotencyKey: placeholder('idempotencyKey'),
    })
    // Sets what is there already: doing nothing would return nothing.
    .onConflictDoUpdate({
      target: idempotencyKey,
      set: { idempotencyKey: sql`excluded.idempotency_key` },
    })
    .returning({ ...columns, deletedAt })
    .prepare(),
)

const find = prepared((database) =>
  database
    .select(columns)
    .from(entries)
    .where(and(eq(entries.id, placeholder('id')), isNull(hiddenAt), isNull(deletedAt)))
    .prepare(),
)

const list = prepared((database) =>
  database
    .select(columns)
    .from(entries)
    .where(and(isNull(hiddenAt), isNull(deletedAt), lt(entries.id, placeholder('before'))))
    .orderBy(desc(entries.id))
    .limit(placeholder('limit'))
    .prepare(),
)

const version = prepared((database) =>
  database
    .select({ version: tableVersions.version })
    .from(tableVersions)
    .where(eq(tableVersions.name, 'entries'))
    .prepare(),
)

/** A row that a write with an idempotency key has met; its entry, if that is what was to be written. */
export function writtenEntry(
  row: (Entry & { deletedAt: string | null }) | undefined,
  { name, message }: { name: string; message: string },
): Entry {
  if (!row) throw new Error('The entry was not written.')
  const { deletedAt, ...entry } = row
  if (deletedAt !== null) throw new EntryDeleted()
  if (entry.name !== name || entry.message !== message) throw new KeyReused(entry)
  return entry
}

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
  // Not get(): better-sqlite3 leaves the statement at its first row then, so the commit comes with
  // the reset, and a commit that fails there (on a full disk) is no error.
  const statement = add(database)
  const values = { ...entry, createdAt: now.toISOString() }
  const write = () => statement.all(values)
  const [row] = await inSharedCommit(connectionOf(database.$client), write)
  return writtenEntry(row, entry)
}

/** An entry as everybody may see it; null where it is hidden, or isn't there. */
export async function findEntry(database: Database, id: number): Promise<Entry | null> {
  return find(database).get({ id }) ?? null
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
  const asked = { before: before ?? Number.MAX_SAFE_INTEGER, limit: limit + 1 }
  return pageOf(list(database).all(asked), limit)
}

/** As {@link listEntries}, with those that are hidden. */
export async function listAllEntries(
  database: Database,
  { before, limit }: { before: number | null; limit: number },
): Promise<EntryPage<ModeratedEntry>> {
  const rows = database
    .select({ ...columns, hiddenAt })
    .from(entries)
    .where(and(isNull(deletedAt), olderThan(before)))
    .orderBy(desc(entries.id))
    .limit(limit + 1)
    .all()
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
  return database.update(entries).set(change).where(isThere(id)).run().changes > 0
}

/**
 * Deletes an entry for good; the replica still has it until its history has passed. Its row stays, with
 * nothing but the key: whoever sends the entry again, as an answer was lost, must not bring it back.
 * It is hidden, too, from a release that knows no better.
 *
 * @returns whether there was such an entry
 */
export async function deleteEntry(database: Database, id: number, now: Date): Promise<boolean> {
  return database.update(entries).set(deletion(now)).where(isThere(id)).run().changes > 0
}

/**
 * Deletes entries that were hidden before a moment, as {@link deleteEntry} does it, the oldest first.
 *
 * @param limit of entries: a transaction keeps requests waiting
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
  const oldest = inArray(entries.id, found.orderBy(entries.id).limit(limit))
  return database.update(entries).set(deletion(now)).where(oldest).run().changes
}

/** What is left of an entry. */
export function deletion(now: Date) {
  const at = now.toISOString()
  return { name: '', message: '', hiddenAt: at, deletedAt: at }
}

/** Another text after each change of any entry, by whatever hand; no two states have the same. */
export async function entriesVersion(database: Database): Promise<string> {
  return String(version(database).get()?.version)
}

function isThere(id: number) {
  return and(eq(entries.id, id), isNull(deletedAt))
}

function olderThan(before: number | null) {
  return before === null ? undefined : lt(entries.id, before)
}

/** @param rows one more than `limit` where there are older ones */
export function pageOf<E extends Entry>(rows: E[], limit: number): EntryPage<E> {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { entries: page, older: rows.length > limit && last ? last.id : null }
}
