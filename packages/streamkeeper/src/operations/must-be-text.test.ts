import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { migrateDatabase } from '../sqlite/migrate.ts'
import { openDatabase } from '../sqlite/open.ts'
import { app, temporaryDatabase, temporaryPath } from '../sqlite/sample-test-support.ts'
import { mustBeText } from './must-be-text.ts'

const row = (name: string, message: string) =>
  `insert into entries (name, message, created_at) values (${name}, ${message}, '')`

describe('A database that is brought in', () => {
  for (const [what, name, message] of [
    ['in any script', `'Ada'`, `'🙂 שלום'`],
    ['that is empty, as that of a deleted entry', `''`, `''`],
    ['with control characters and halves of nothing', `'a' || char(0, 27)`, `char(65533)`],
    ['that nobody sees', `char(8203)`, `char(10240)`],
  ] as const) {
    it(`may have text ${what}`, (test) => {
      const { $client } = temporaryDatabase(test)
      $client.exec(row(name, message))
      mustBeText($client, 'a.db')
    })
  }

  for (const [what, name, message, words] of [
    [
      'a byte of Latin-1',
      `'Ada'`,
      `cast(x'e9' as text)`,
      /no text.+: entries.message of the row 2\./,
    ],
    [
      'half a character',
      `cast(x'eda0bd' as text)`,
      `'B'`,
      /no text.+: entries.name of the row 2\./,
    ],
    ['bytes', `x'41'`, `'B'`, /no text.+: entries.name of the row 2\./],
  ] as const) {
    it(`is refused for ${what} in the place of text, and told where`, (test) => {
      const { $client } = temporaryDatabase(test)
      $client.exec(row(`'A'`, `'B'`))
      $client.exec(row(name, message))
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

  it('may have no key', (test) => {
    const { $client } = temporaryDatabase(test)
    $client.exec('insert into entries (name, message, created_at) values (1, 2, 3)')
    mustBeText($client, 'a.db')
  })
})
