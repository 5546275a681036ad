import { bigint, pgTable, text } from 'drizzle-orm/pg-core'

const number = () => bigint({ mode: 'number' })
const id = () => number().primaryKey().generatedByDefaultAsIdentity()

export const notes = pgTable('notes', { id: id(), text: text().notNull(), key: text().unique() })

export const noteCount = pgTable('note_count', {
  id: number().primaryKey(),
  total: number().notNull(),
})

export const tags = pgTable('tags', { id: id(), label: text().notNull() })
