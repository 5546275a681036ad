// Not all of Drizzle, which each process of a test would load for 0.6 s.
import { integer } from 'drizzle-orm/sqlite-core/columns/integer'
import { text } from 'drizzle-orm/sqlite-core/columns/text'
import { sqliteTable } from 'drizzle-orm/sqlite-core/table'

export const notes = sqliteTable('notes', {
  id: integer().primaryKey({ autoIncrement: true }),
  text: text().notNull(),
  key: text().unique(),
})

/** The number of rows in `notes`, in the one row with id 1, kept by triggers. */
export const noteCount = sqliteTable('note_count', {
  id: integer().primaryKey(),
  total: integer().notNull(),
})

export const tags = sqliteTable('tags', {
  id: integer().primaryKey(),
  label: text().notNull(),
})
