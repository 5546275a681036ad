import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { migrateDatabase } from '../sqlite/migrate.ts'
import { openDatabase } from '../sqlite/open.ts'
import { app, temporaryDatabase, temporaryPath } from '../sqlite/test-support.ts'
import { mustBeText } from './must-be-text.ts'

const row = (text: string, key: string) => `insert into notes (text, key) values (${text}, ${key})`

describe('A database that is brought in', () => {
  for (const [what, text, key] of [
    ['in any script', `'Ada'`, `'🙂 שלום'`],
    ['that is empty', `''`, `''`],
    ['with control characters and halves of nothing', `'a' || char(0, 27)`, `char(65533)`],
    ['that nobody sees', `char(8203)`, `char(10240)`],
  ] as const) {
    it(`may have text ${what}`, (test) => {
      const { $client } = temporaryDatabase(test)
      $client.exec(row(text, key))
      mustBeText($client, 'a.db')
    })
  }

  for (const [what, text, key, words] of [
    ['a byte of Latin-1', `'Ada'`, `cast(x'e9' as text)`, /no text.+: notes.key of the row 2\./],
    ['half a character', `cast(x'eda0bd' as text)`, `'C'`, /no text.+: notes.text of the row 2\./],
    ['bytes', `x'41'`, `'C'`, /no text.+: notes.text of the row 2\./],
  ] as const) {
    it(`is refused for ${what} in the place of text, and told where`, (test) => {
      const { $client } = temporaryDatabase(test)
      $client.exec(row(`'A'`, `'B'`))
      $client.exec(row(text, key))
      assert.throws(() => mustBeText($client, 'a.db'), words)
    })
  }

  it('may be in UTF-16', (test) => {
    const database = openDatabase(temporaryPath(test))
    test.after(() => database.$client.close())
    database.$client.pragma(`encoding = 'UTF-16le'`)
    migrateDatabase(database, app)
    database.$client.exec(row(`'é'`, `'🙂'`))
    mustBeText(database.$client, 'a.db')
    database.$client.exec(row(`'A'`, `cast(x'3dd8' as text)`))
    assert.throws(() => mustBeText(database.$client, 'a.db'), /no text.+ the row 2\./)
  })

  it('is refused for a key that is none', (test) => {
    const { $client } = temporaryDatabase(test)
    $client.exec(`create table codes (code text primary key) without rowid;
      insert into codes values (cast(x'e9' as text))`)
    assert.throws(() => mustBeText($client, 'a.db'), /no text.+: codes.code of the row /)
  })

  it('may have no key', (test) => {
    const { $client } = temporaryDatabase(test)
    $client.exec('insert into notes (text) values (1)')
    mustBeText($client, 'a.db')
  })
})
