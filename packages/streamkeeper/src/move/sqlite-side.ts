import type Sqlite from 'better-sqlite3'
import { mangledText } from '../operations/must-be-text.ts'
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
import type { Kind, Table } from './table.ts'

const spelling = { parameter: () => '?', binary: '' }

/** A SQLite file that nobody else uses. */
export class SqliteSide implements Target {
  readonly #client: Sqlite.Database
  readonly #isMangled: ReturnType<typeof mangledText>

  constructor(client: Sqlite.Database) {
    // Rows come in the order of their tables; SQLite checks the references of all at the end.
    client.pragma('foreign_keys = OFF')
    this.#client = client
    this.#isMangled = mangledText(client)
  }

  async read(table: Table, range: Range, limit: number): Promise<Row[]> {
    const { sql, values } = select(table, range, limit, spelling)
    const rows = this.#client.prepare(sql).raw().safeIntegers().all(values) as Row[]
    for (const row of rows) this.#check(table, row)
    return rows
  }

  // SQLite keeps any value in any column, and any bytes as text: those that are none would be another
  // text on the other side.
  #check(table: Table, row: Row): void {
    table.columns.forEach(({ name, kind }, index) => {
      const value = row[index] ?? null
      const fault = value === null ? null : this.#faultOf(value, kind, table, row, name)
      if (!fault) return
      const key = inWords(keyOf(table, row))
      throw new Error(`${table.name}.${name} of the row ${key} ${fault}: correct it in the source.`)
    })
  }

  #faultOf(value: Value, kind: Kind, table: Table, row: Row, column: string): string | null {
    if (!fits[kind](value)) return `is no ${kind}, as its column is`
    const key = () => keyColumns(table).map(({ name }) => name)
    const place = () => ({ table: table.name, key: key(), id: keyOf(table, row), column })
    const isText = typeof value !== 'string' || !this.#isMangled(value, place)
    return isText ? null : 'has bytes that are no text'
  }

  async count({ name }: Table): Promise<number> {
    return this.#client
      .prepare(`select count(*) from ${quoted(name)}`)
      .pluck()
      .get() as number
  }

  async lastId({ name, neverReusesIds }: Table): Promise<bigint> {
    if (!neverReusesIds) return 0n
    const select = this.#client.prepare('select seq from sqlite_sequence where name = ?')
    return (select.pluck().safeIntegers().get(name) as bigint | undefined) ?? 0n
  }

  async remove(table: Table, keys: Row[]): Promise<void> {
    const where = keyColumns(table)
      .map(({ name }) => `${quoted(name)} = ?`)
      .join(' and ')
    this.#change(`delete from ${quoted(table.name)} where ${where}`, keys)
  }

  async put(table: Table, rows: Row[]): Promise<void> {
    const names = table.columns.map(({ name }) => quoted(name))
    const values = names.map(() => '?').join(', ')
    const into = `insert into ${quoted(table.name)} (${names.join(', ')}) values (${values})`
    this.#change(`${into} ${orUpdate(table)}`, rows)
  }

  async raiseLastId(table: Table, id: bigint): Promise<void> {
    if (!table.neverReusesIds || (await this.lastId(table)) >= id) return
    this.#client.transaction(() => {
      this.#client.prepare('delete from sqlite_sequence where name = ?').run(table.name)
      const insert = 'insert into sqlite_sequence (name, seq) values (?, ?)'
      this.#client.prepare(insert).run(table.name, id)
    })()
  }

  // What triggers keep is moved too, so they may do nothing. They are gone and back within one
  // transaction: a file that is left half-way has all of them.
  #change(sql: string, all: Row[]): void {
    this.#client.transaction(() => {
      const triggers = this.#client
        .prepare(`select name, sql from sqlite_master where type = 'trigger' order by rowid`)
        .all() as { name: string; sql: string }[]
      for (const { name } of triggers) this.#client.exec(`drop trigger ${quoted(name)}`)
      const change = this.#client.prepare(sql)
      for (const values of all) change.run(values)
      for (const trigger of triggers) this.#client.exec(trigger.sql)
    })()
  }
}

const fits: Record<Kind, (value: Value) => boolean> = {
  integer: (value) => typeof value === 'bigint',
  text: (value) => typeof value === 'string',
  real: (value) => typeof value === 'number',
  bytes: (value) => Buffer.isBuffer(value),
  boolean: (value) => value === 0n || value === 1n,
}
