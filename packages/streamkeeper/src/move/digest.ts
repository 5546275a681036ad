import { createHash, type Hash } from 'node:crypto'
import type { Row, Value } from './side.ts'

/** What some rows are, in short. */
export type Digest = { rows: number; checksum: string }

/** Sums rows up as they come. */
export class Summing {
  #rows = 0
  readonly #hash: Hash = createHash('sha256')

  add(rows: Row[]): void {
    this.#rows += rows.length
    this.#hash.update(rows.map(encode).join(''))
  }

  get digest(): Digest {
    return { rows: this.#rows, checksum: this.#hash.copy().digest('hex') }
  }
}

/** A text for a row that no other row has, whichever database it was read from. */
export function encode(row: Row): string {
  return row.map(encodeValue).join('')
}

export function isSame(one: Digest, other: Digest): boolean {
  return one.rows === other.rows && one.checksum === other.checksum
}

/** The digest of all tables together. */
export function digestOfAll(tables: ({ name: string } & Digest)[]): Digest {
  const summing = new Summing()
  summing.add(tables.map(({ name, rows, checksum }) => [name, BigInt(rows), checksum]))
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  return { rows, checksum: summing.digest.checksum }
}

function encodeValue(value: Value): string {
  if (value === null) return '-'
  if (typeof value === 'bigint') return `i${value};`
  if (typeof value === 'number') return `r${value};`
  if (typeof value === 'string') return `t${value.length}:${value}`
  return `b${value.toString('hex')};`
}
