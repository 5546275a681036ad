import type Sqlite from 'better-sqlite3'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import * as schema from '../db/schema.ts'

/**
 * Refuses a database, migrated to this release, whose text isn't: SQLite keeps any bytes as text, and
 * who reads them gets U+FFFD in their place, so another text would be shown, and moved. Any other text
 * is brought in as it is, also one that nobody could write in the app today.
 *
 * @param original where it comes from, in words
 * @throws {Error} if there is such a row; it names the first
 */
export function mustBeText(client: Sqlite.Database, original: string): void {
  // UTF-8, UTF-16le or UTF-16be.
  const encoding = String(client.pragma('encoding', { simple: true }))
  const decoder = new TextDecoder(encoding, { fatal: true })
  client.function('is_text', { deterministic: true }, (bytes) => Number(isText(bytes, decoder)))
  for (const { table, column } of textColumns()) {
    const found = client
      .prepare(
        `select rowid as row, typeof("${column}") as type from "${table}"
          where typeof("${column}") not in ('text', 'null')
          or not is_text(cast(coalesce("${column}", '') as blob)) limit 1`,
      )
      .get() as { row: number; type: string } | undefined
    if (!found) continue
    const why =
      found.type === 'text' ? `bytes that are not ${encoding}` : `a value of type ${found.type}`
    throw new Error(
      `${original} has ${why} where text belongs: ${table}.${column} of the row ${found.row}. Nothing was changed. Correct it there, as in: UPDATE "${table}" SET "${column}" = '…' WHERE rowid = ${found.row}`,
    )
  }
}

function isText(bytes: unknown, decoder: TextDecoder): boolean {
  try {
    decoder.decode(bytes as Buffer)
    return true
  } catch {
    return false
  }
}

function textColumns(): { table: string; column: string }[] {
  const tables = Object.values(schema).filter((value) => is(value, SQLiteTable))
  return tables
    .map(getTableConfig)
    .flatMap(({ name, columns }) =>
      columns
        .filter((column) => column.getSQLType() === 'text')
        .map((column) => ({ table: name, column: column.name })),
    )
}
