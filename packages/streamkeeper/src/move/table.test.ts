import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as pg from 'drizzle-orm/pg-core'
import * as sqlite from 'drizzle-orm/sqlite-core'
import * as postgresSchema from '../test-app/postgres-schema.ts'
import * as schema from '../test-app/schema.ts'
import { tablesOf } from './table.ts'

const id = () => sqlite.integer().primaryKey()
const pgId = () => pg.bigint({ mode: 'number' }).primaryKey()
const people = sqlite.sqliteTable('people', { id: id() })
const letters = sqlite.sqliteTable('letters', {
  id: id(),
  from: sqlite.integer().references(() => people.id),
})
const pgPeople = pg.pgTable('people', { id: pgId() })
const pgLetters = pg.pgTable('letters', { id: pgId(), from: pg.bigint({ mode: 'number' }) })

describe('The tables to move', () => {
  it('have the key of each, and say whether SQLite gives an id out twice', () => {
    const all = Object.fromEntries(
      tablesOf(schema, postgresSchema).map((table) => [table.name, table]),
    )
    assert.equal(Object.keys(all).toSorted().join(' '), 'note_count notes tags')
    assert.equal(all.notes?.neverReusesIds, true)
    assert.equal(all.tags?.neverReusesIds, false)
    assert.deepEqual(all.note_count?.key, [0])
    assert.deepEqual(all.tags?.columns, [
      { name: 'id', kind: 'integer' },
      { name: 'label', kind: 'text' },
    ])
  })

  it('come after those that they refer to', () => {
    const tables = tablesOf({ letters, people }, { pgLetters, pgPeople })
    assert.deepEqual(
      tables.map(({ name, isReferredTo }) => [name, isReferredTo]),
      [
        ['people', true],
        ['letters', false],
      ],
    )
  })

  it('may have keys of several columns, and all types that both sides keep', () => {
    const here = sqlite.sqliteTable(
      'all',
      {
        a: sqlite.integer({ mode: 'boolean' }),
        b: sqlite.text({ length: 9 }),
        c: sqlite.real(),
        d: sqlite.blob(),
      },
      (table) => [sqlite.primaryKey({ columns: [table.b, table.a] })],
    )
    const there = pg.pgTable('all', {
      a: pg.boolean(),
      b: pg.varchar({ length: 9 }),
      c: pg.doublePrecision(),
      d: pg.customType<{ data: Buffer }>({ dataType: () => 'bytea' })(),
    })
    const [table] = tablesOf({ here }, { there })
    assert.deepEqual(
      table?.columns.map(({ kind }) => kind),
      ['boolean', 'text', 'real', 'bytes'],
    )
    assert.deepEqual(table?.key, [1, 0])
  })

  it('are refused where the two sides differ', () => {
    const other = pg.pgTable('people', { name: pg.text() })
    const time = pg.pgTable('people', { id: pg.timestamp() })
    const both = pg.pgTable('people', { id: pgId(), name: pg.text() })
    const keyless = sqlite.sqliteTable('people', { id: sqlite.integer() })
    for (const [here, there, words] of [
      [people, pgLetters, /schema for PostgreSQL has no table people/],
      [people, other, /people.id is integer in SQLite and missing in PostgreSQL/],
      [people, time, /people.id is integer .+ and timestamp in/],
      [people, both, /differ in the columns of people/],
      [keyless, pgPeople, /people has no primary key/],
    ] as const) {
      assert.throws(() => tablesOf({ here }, { there }), words)
    }
    assert.throws(() => tablesOf({}, { pgPeople }), /schema for SQLite has no table people/)
  })
})
