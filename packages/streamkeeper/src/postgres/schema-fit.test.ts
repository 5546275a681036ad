import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TestMigrations } from '../sqlite/test-migrations.ts'
import * as schema from '../test-app/postgres-schema.ts'
import { migrateDatabase } from './migrate.ts'
import { schemaFit } from './schema-fit.ts'
import { migrations, withPostgres } from './test-support.ts'

const nothing = { missing: [], demanded: [] }
const missing = (...missing: string[]) => ({ missing, demanded: [] })
const demanded = (...demanded: string[]) => ({ missing: [], demanded })
const notUnique = demanded('notes.key to be unique')

describe('What a newer release has made of the tables', () => {
  const postgres = withPostgres()

  for (const [statement, fit, isBarred] of [
    ['alter table notes add column color text', nothing, false],
    ['create table colors (name text not null)', nothing, false],
    ['alter table notes alter column text type varchar(1000)', nothing, false],
    ['alter table notes drop column text', missing('notes.text'), true],
    ['alter table notes rename to memos', missing('notes.id', 'notes.text', 'notes.key'), true],
    ['alter table notes alter column text type integer using 1', missing('notes.text'), true],
    ['alter table note_count alter column total type integer', missing('note_count.total'), true],
    ['alter table notes add column color text not null', demanded('notes.color'), false],
    [`alter table notes add column color text not null default ''`, nothing, false],
    ['alter table notes alter column key set not null', demanded('notes.key'), false],
    ['alter table notes alter column text drop not null', nothing, false],
    ['alter table notes drop constraint notes_key_unique', notUnique, true],
    ['create unique index again on notes (key); drop index again', nothing, false],
  ] as const) {
    it(`is found, and ${isBarred ? 'barred' : 'let through'}: ${statement}`, async (test) => {
      const database = await postgres.database(test)
      const { folder } = new TestMigrations(test, migrations).add('9999_next', statement)
      const migrated = migrateDatabase(database, folder, { allowedMigration: null })
      if (isBarred) await assert.rejects(migrated, { code: 'breaking-migration' })
      else await migrated
      await migrateDatabase(database, folder)
      assert.deepEqual(await schemaFit(database, schema), fit)
    })
  }
})
