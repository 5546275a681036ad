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
    for (const row of rows) {
      check(table, row)
      this.#refuseMangled(table, row)
    }
    return rows
  }

  // SQLite keeps any bytes as text. U+FFFD is read in the place of those that are none, and would be
  // another text on the other side.
  #refuseMangled(table: Table, row: Row): void {
    row.forEach((value, index) => {
      if (typeof value !== 'string') return
      const place = () => ({
        ...{ table: table.name, column: table.columns[index]?.name ?? '' },
        ...{ key: keyColumns(table).map(({ name }) => name), id: keyOf(table, row) },
      })
      if (!this.#isMangled(value, place)) return
      const { column, id } = place()
      throw new Error(
        `${table.name}.${column} of the row ${inWords(id)} has bytes that are no text: correct it in the source.`,
      )
    })
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

// SQLite keeps any value in any column.
function check(table: Table, row: Row): void {
  table.columns.forEach(({ name, kind }, index) => {
    const value = row[index] ?? null
    if (value === null || fits[kind](value)) return
    const key = inWords(keyOf(table, row))
    throw new Error(
      `${table.name}.${name} of the row ${key} is no ${kind}, as its column is: correct it in the source.`,
    )
  })
}

const fits: Record<Kind, (value: Value) => boolean> = {
  integer: (value) => typeof value === 'bigint',
  text: (value) => typeof value === 'string',
  real: (value) => typeof value === 'number',
  bytes: (value) => Buffer.isBuffer(value),
  boolean: (value) => value === 0n || value === 1n,
}
