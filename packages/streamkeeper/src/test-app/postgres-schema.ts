import { bigint } from 'drizzle-orm/pg-core/columns/bigint'
import { text } from 'drizzle-orm/pg-core/columns/text'
import { pgTable } from 'drizzle-orm/pg-core/table'

const number = () => bigint({ mode: 'number' })
const id = () => number().primaryKey().generatedByDefaultAsIdentity()

export const notes = pgTable('notes', { id: id(), text: text().notNull(), key: text().unique() })

export const noteCount = pgTable('note_count', {
  id: number().primaryKey(),
  total: number().notNull(),
})

export const tags = pgTable('tags', { id: id(), label: text().notNull() })
