import { keyColumns, type Range, type Row } from './side.ts'
import type { Table } from './table.ts'

/** How a database spells what the two spell differently. */
type Spelling = {
  /** The n-th parameter, from 1 on. */
  parameter(n: number): string
  /** What a text column is followed by where it is to be ordered by its UTF-8. */
  binary: string
}

/** The query for the first `limit` rows in a range, in the order of their keys. */
export function select(
  table: Table,
  { after, upTo }: Range,
  limit: number,
  spelling: Spelling,
): { sql: string; values: Row } {
  const ordered = keyColumns(table).map(
    ({ name, kind }) => quoted(name) + (kind === 'text' ? spelling.binary : ''),
  )
  const values: Row = []
  const compared = (operator: string, bound: Row | null) => {
    if (!bound) return []
    const given = bound.map((value) => spelling.parameter(values.push(value)))
    return [`(${ordered.join(', ')}) ${operator} (${given.join(', ')})`]
  }
  const conditions = [...compared('>', after), ...compared('<=', upTo)]
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
  const columns = table.columns.map(({ name }) => quoted(name)).join(', ')
  const from = `select ${columns} from ${quoted(table.name)}${where}`
  return { sql: `${from} order by ${ordered.join(', ')} limit ${limit}`, values }
}

/** What makes an INSERT give rows with the same key the new values. */
export function orUpdate({ columns, key }: Table): string {
  const names = (isKey: boolean) =>
    columns.filter((_, index) => key.includes(index) === isKey).map(({ name }) => quoted(name))
  const changes = names(false).map((name) => `${name} = excluded.${name}`)
  const then = changes.length > 0 ? `do update set ${changes.join(', ')}` : 'do nothing'
  return `on conflict (${names(true).join(', ')}) ${then}`
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
