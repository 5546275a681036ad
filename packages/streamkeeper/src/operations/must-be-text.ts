import type Sqlite from 'better-sqlite3'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as schema from '../../../../db/schema.ts'

/**
 * Refuses a database, migrated to this release, whose text isn't: SQLite keeps any bytes as text, and
 * who reads them gets U+FFFD in their place, so another text would be shown. Any other text is brought
 * in as it is, also one that nobody could write in the app today.
 *
 * @param original where it comes from, in words
 * @throws {Error} if there is such a row; it names the first
 */
export function mustBeText(client: Sqlite.Database, original: string): void {
  const decoder = textDecoder(client)
  for (const { table, columns } of textColumns()) {
    const names = columns.map((name) => `"${name}"`).join(', ')
    const rows = client.prepare(`select rowid, ${names} from "${table}"`).raw().iterate()
    for (const [row, ...values] of rows as Iterable<unknown[]>) {
      const wrong = columns.find((column, index) => {
        const value = values[index]
        if (value === null || (typeof value === 'string' && !value.includes('\ufffd'))) return false
        const bytes = `select cast("${column}" as blob) from "${table}" where rowid = ?`
        return typeof value !== 'string' || !isText(client.prepare(bytes).pluck().get(row), decoder)
      })
      if (wrong === undefined) continue
      throw new Error(
        `${original} has bytes that are no text where text belongs: ${table}.${wrong} of the row ${row}. Nothing was changed. Correct it there, as in: UPDATE "${table}" SET "${wrong}" = '…' WHERE rowid = ${row}`,
      )
    }
  }
}

/** What the database's texts are in: UTF-8, UTF-16le or UTF-16be. */
export function textDecoder(client: Sqlite.Database): TextDecoder {
  return new TextDecoder(String(client.pragma('encoding', { simple: true })), { fatal: true })
}

export function isText(bytes: unknown, decoder: TextDecoder): boolean {
  try {
    decoder.decode(bytes as Buffer)
    return true
  } catch {
    return false
  }
}

function textColumns(): { table: string; columns: string[] }[] {
  return Object.values(schema)
    .filter((value) => is(value, SQLiteTable))
    .map(getTableConfig)
    .map(({ name, columns }) => {
      const texts = columns.filter((column) => column.getSQLType() === 'text')
      return { table: name, columns: texts.map((column) => column.name) }
    })
    .filter(({ columns }) => columns.length > 0)
}
