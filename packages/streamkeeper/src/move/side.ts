import type { Column, Table } from './table.ts'

/** A value of a column: integers as bigint, truth as 0 or 1, NULL as null. */
export type Value = bigint | string | number | Buffer | null

/** The values of a table's columns, in their order; a key has those of its primary key alone. */
export type Row = Value[]

/** The rows after a key, up to and with another; null for no limit. Text is ordered by its UTF-8. */
export type Range = { after: Row | null; upTo: Row | null }

/** What rows are read from. */
export type Source = {
  /** The first `limit` rows in a range, in the order of their keys. */
  read(table: Table, range: Range, limit: number): Promise<Row[]>
  count(table: Table): Promise<number>
  /** The largest id that was ever given out by the database itself; 0 where it gives none out. */
  lastId(table: Table): Promise<bigint>
}

/** What rows are brought to. Each call is one transaction. */
export type Target = Source & {
  remove(table: Table, keys: Row[]): Promise<void>
  /** Inserts rows, or gives those with the same key these values. */
  put(table: Table, rows: Row[]): Promise<void>
  /** From now on the database gives out ids larger than `id`. */
  raiseLastId(table: Table, id: bigint): Promise<void>
}

/** The primary key of a row. */
export function keyOf({ key }: Table, row: Row): Row {
  return key.map((index) => row[index] ?? null)
}

export function keyColumns({ key, columns }: Table): Column[] {
  return key.flatMap((index) => columns[index] ?? [])
}

/** The values of a key, for people. */
export function inWords(key: Row): string {
  return key.map(String).join(', ')
}
