import type { ClientBase } from 'pg'
import { orUpdate, quoted, select } from './select.ts'
import {
  inWords,
  keyColumns,
  keyOf,
  type Range,
  type Row,
  type Target,
  type Value,
} from './side.ts'
import type { Column, Kind, Table } from './table.ts'

const spelling = { parameter: (n: number) => `$${n}`, binary: ' collate "C"' }

/** A PostgreSQL database over one connection, in or out of a transaction. */
export class PostgresSide implements Target {
  readonly #client: ClientBase

  constructor(client: ClientBase) {
    this.#client = client
  }

  async read(table: Table, range: Range, limit: number): Promise<Row[]> {
    const { sql, values } = select(table, range, limit, spelling)
    const rows = await this.#texts(sql, values)
    return rows.map((row) =>
      table.columns.map(({ kind }, index) => fromText(row[index] ?? null, kind)),
    )
  }

  async count({ name }: Table): Promise<number> {
    const [row] = await this.#texts(`select count(*) from ${quoted(name)}`)
    return Number(row?.[0])
  }

  async lastId(table: Table): Promise<bigint> {
    const sequence = await this.#sequence(table)
    if (!sequence) return 0n
    const [row] = await this.#texts(
      `select case when is_called then last_value else last_value - 1 end from ${sequence}`,
    )
    return BigInt(row?.[0] ?? 0)
  }

  async remove(table: Table, keys: Row[]): Promise<void> {
    const columns = keyColumns(table)
    const names = columns.map(({ name }) => quoted(name)).join(', ')
    const sql = `delete from ${quoted(table.name)} where (${names}) in (select * from ${unnest(columns)})`
    await this.#client.query(sql, byColumn(columns, keys))
  }

  async put(table: Table, rows: Row[]): Promise<void> {
    for (const row of rows) refuseNul(table, row)
    const names = table.columns.map(({ name }) => quoted(name)).join(', ')
    const into = `insert into ${quoted(table.name)} (${names}) select * from ${unnest(table.columns)}`
    await this.#client.query(`${into} ${orUpdate(table)}`, byColumn(table.columns, rows))
  }

  async raiseLastId(table: Table, id: bigint): Promise<void> {
    const sequence = await this.#sequence(table)
    if (!sequence || (await this.lastId(table)) >= id) return
    await this.#client.query('select setval($1::regclass, $2)', [sequence, id])
  }

  /** The sequence that numbers the table's rows, quoted; null where there is none. */
  async #sequence(table: Table): Promise<string | null> {
    const column = table.columns[table.key[0] ?? 0]
    if (table.key.length > 1 || column?.kind !== 'integer') return null
    const sql = 'select pg_get_serial_sequence($1, $2)'
    const [row] = await this.#texts(sql, [quoted(table.name), column.name])
    return row?.[0] ?? null
  }

  async #texts(text: string, values: Row = []): Promise<(string | null)[][]> {
    const types = { getTypeParser: () => (value: string) => value }
    const { rows } = await this.#client.query({ text, values, types, rowMode: 'array' })
    return rows
  }
}

const types: Record<Kind, string> = {
  integer: 'bigint',
  text: 'text',
  real: 'double precision',
  bytes: 'bytea',
  boolean: 'boolean',
}

// One parameter a column, as there may be no more than 65,535.
function unnest(columns: Column[]): string {
  return `unnest(${columns.map(({ kind }, index) => `$${index + 1}::${types[kind]}[]`).join(', ')})`
}

function byColumn(columns: Column[], rows: Row[]): unknown[][] {
  return columns.map(({ kind }, index) =>
    rows.map((row) => (kind === 'boolean' ? truth(row[index] ?? null) : row[index])),
  )
}

function truth(value: Value): boolean | null {
  return value === null ? null : value === 1n
}

function fromText(text: string | null, kind: Kind): Value {
  if (text === null) return null
  if (kind === 'text') return text
  if (kind === 'integer') return BigInt(text)
  if (kind === 'real') return Number(text)
  return kind === 'boolean' ? BigInt(text === 't') : Buffer.from(text.slice(2), 'hex')
}

function refuseNul(table: Table, row: Row): void {
  const index = row.findIndex((value) => typeof value === 'string' && value.includes('\0'))
  if (index === -1) return
  const key = inWords(keyOf(table, row))
  throw new Error(
    `${table.name}.${table.columns[index]?.name} of the row ${key} has the character U+0000, which PostgreSQL can't keep: take it out of the source.`,
  )
}
