import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** One row a visit, in the original sample's shape. */
export const pageViews = sqliteTable('page_views', {
  id: integer().primaryKey(),
  /** RFC 3339, UTC. */
  timestamp: text().notNull(),
})

/** The number of rows in `page_views`, in the one row with id 1, kept by triggers. */
export const pageViewCount = sqliteTable('page_view_count', {
  id: integer().primaryKey(),
  total: integer().notNull(),
})

/** The number of rows in `page_views` of each day (UTC, as in 2026-11-25), kept by triggers. */
export const pageViewDays = sqliteTable('page_view_days', {
  day: text().primaryKey(),
  total: integer().notNull(),
})

/** The guestbook. Ids never come back (AUTOINCREMENT), so a page's cursor stays valid. */
export const entries = sqliteTable('entries', {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  message: text().notNull(),
  /** RFC 3339, UTC. */
  createdAt: text('created_at').notNull(),
  /** Chosen by whoever wrote it, so that writing it again changes nothing. */
  idempotencyKey: text('idempotency_key').unique(),
  /** RFC 3339, UTC: since when only admins see it. */
  hiddenAt: text('hidden_at'),
  /** RFC 3339, UTC: since when it has no name and no message. Its key is kept, and never used again. */
  deletedAt: text('deleted_at'),
})

/** Another value after each change of the table, set by triggers: what was made from it is old then. */
export const tableVersions = sqliteTable('table_versions', {
  name: text().primaryKey(),
  version: integer().notNull(),
})

/** The timeline of releases before, which read it still; its rows are in the machine's own table since. */
export const events = sqliteTable('events', {
  id: integer().primaryKey(),
  /** RFC 3339, UTC. */
  at: text().notNull(),
  kind: text().notNull(),
  instance: text().notNull(),
  detail: text().notNull(),
})
