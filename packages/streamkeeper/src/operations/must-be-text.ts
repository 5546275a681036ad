import type Sqlite from 'better-sqlite3'
// Not all of Drizzle, which would take 0.4 s to load.
import { is } from 'drizzle-orm/entity'
import { getTableName, Table } from 'drizzle-orm/table'
import { getTableColumns } from 'drizzle-orm/utils'

/**
 * Refuses a database, migrated to this release, whose text isn't: SQLite keeps any bytes as text, and
 * who reads them gets U+FFFD in their place, so another text would be shown. Any other text is brought
 * in as it is, also one that nobody could write in the app today.
 *
 * @param original where it comes from, in words
 * @param schema of Drizzle, where the app has one: it takes for text what SQLite may not declare as such
 * @throws {Error} if there is such a row; it names the first
 */
export function mustBeText(
  client: Sqlite.Database,
  original: string,
  schema: Record<string, unknown> = {},
): void {
  const isMangled = mangledText(client)
  for (const { table, key, columns } of textColumns(client, schema)) {
    const names = [...key, ...columns].map(quoted).join(', ')
    const rows = client
      .prepare(`select ${names} from ${quoted(table)}`)
      .raw()
      .iterate()
    for (const row of rows as Iterable<unknown[]>) {
      const [id, values] = [row.slice(0, key.length), row.slice(key.length)]
      const wrong = columns.find((column, index) => {
        const value = values[index]
        if (typeof value === 'string') return isMangled(value, () => ({ table, key, id, column }))
        return value !== null
      })
      if (wrong === undefined) continue
      const named = key.map((name, index) => `${name} = ${id[index]}`).join(' AND ')
      throw new Error(
        `${original} has bytes that are no text where text belongs: ${table}.${wrong} of the row ${id.join(', ')}. Nothing was changed. Correct it there, as in: UPDATE "${table}" SET "${wrong}" = '…' WHERE ${named}`,
      )
    }
  }
}

/** Where a value is: `id` has the values of the columns `key`. */
type Place = { table: string; key: string[]; id: unknown[]; column: string }

/** What sees whether a text that was read has U+FFFD in the place of bytes that are no text. */
export function mangledText(client: Sqlite.Database) {
  const encoding = String(client.pragma('encoding', { simple: true }))
  const decoder = new TextDecoder(encoding, { fatal: true })
  return (read: string, place: () => Place): boolean => {
    if (!read.includes('\ufffd')) return false
    const { table, key, id, column } = place()
    const where = key.map((name) => `${quoted(name)} = ?`).join(' and ')
    const bytes = `select cast(${quoted(column)} as blob) from ${quoted(table)} where ${where}`
    const found = client.prepare(bytes).pluck().get(id) as Buffer | undefined
    try {
      decoder.decode(found)
      // There is none where the key itself is no text.
      return found === undefined
    } catch {
      return true
    }
  }
}

type TextColumns = { table: string; key: string[]; columns: string[] }

function textColumns(client: Sqlite.Database, schema: Record<string, unknown>): TextColumns[] {
  const declared = client.prepare('select name, type, pk from pragma_table_info(?) order by cid')
  return ownTables(client)
    .map(({ name, wr }) => {
      const columns = declared.all(name) as { name: string; type: string; pk: number }[]
      const known = textIn(schema, name)
      // https://sqlite.org/datatype3.html#determination_of_column_affinity
      const texts = columns.filter((one) => /CHAR|CLOB|TEXT/i.test(one.type) || known.has(one.name))
      const key = columns.filter(({ pk }) => wr === 1 && pk > 0)
      return {
        table: name,
        key: wr === 1 ? key.map((column) => column.name) : ['rowid'],
        columns: texts.map((column) => column.name),
      }
    })
    .filter(({ columns }) => columns.length > 0)
}

// Without what is SQLite's, Litestream's, or of a virtual table.
function ownTables(client: Sqlite.Database): { name: string; wr: number }[] {
  const all = client.prepare(`select name, wr from pragma_table_list
    where schema = 'main' and type = 'table' order by name`)
  const tables = all.all() as { name: string; wr: number }[]
  return tables.filter(({ name }) => !/^(sqlite|_litestream)_/.test(name))
}

function textIn(schema: Record<string, unknown>, table: string): Set<string> {
  const columns = Object.values(schema)
    .filter((value) => is(value, Table))
    .filter((value) => getTableName(value) === table)
    .flatMap((value) => Object.values(getTableColumns(value)))
  return new Set(columns.filter((one) => one.getSQLType() === 'text').map(({ name }) => name))
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
