import { bigint, pgTable, text } from 'drizzle-orm/pg-core'

// The tables and columns of db/schema.ts. Times are text here too, not timestamps: what is moved
// there and back is then equal to the byte. Numbers are bigint, as wide as SQLite's.
//
// Nothing here has triggers, as not all that speaks PostgreSQL's protocol knows them: what is kept
// by triggers there is kept by visits.ts and entries.ts here.

const number = () => bigint({ mode: 'number' })
// Not "always": what is moved here brings its ids.
const id = () => number().primaryKey().generatedByDefaultAsIdentity()

/** One row a visit. */
export const pageViews = pgTable('page_views', {
  id: id(),
  /** RFC 3339, UTC. */
  timestamp: text().notNull(),
})

/** The number of rows in `page_views`, in the row with id 1; there is none before the first visit. */
export const pageViewCount = pgTable('page_view_count', {
  id: number().primaryKey(),
  total: number().notNull(),
})

/** The number of rows in `page_views` of each day (UTC, as in 2026-11-25). */
export const pageViewDays = pgTable('page_view_days', {
  day: text().primaryKey(),
  total: number().notNull(),
})

/** The guestbook. A sequence never gives an id out twice, so a page's cursor stays valid. */
export const entries = pgTable('entries', {
  id: id(),
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

/** Another value after each change of the table; there is no row before the first. */
export const tableVersions = pgTable('table_versions', {
  name: text().primaryKey(),
  version: number().notNull(),
})

/** What the release before reads and writes of events; streamkeeper has a table of its own. */
export const events = pgTable('events', {
  id: id(),
  /** RFC 3339, UTC. */
  at: text().notNull(),
  kind: text().notNull(),
  instance: text().notNull(),
  detail: text().notNull(),
})
