import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { findBreaking } from './breaking-migrations.ts'
import { readMigrations } from './migrations.ts'
import { app } from './test-support.ts'

const first = {
  name: '0000_first',
  at: 1,
  statements: [
    'CREATE TABLE `people` (`id` integer PRIMARY KEY, `name` text, `age` integer)',
    'CREATE TABLE `pets` (`id` integer PRIMARY KEY, `owner` integer REFERENCES `people`(`id`) ON DELETE CASCADE)',
    'CREATE INDEX `by_name` ON `people` (`name`)',
    'CREATE TRIGGER `named` AFTER INSERT ON `pets` BEGIN UPDATE `people` SET `name` = `name` WHERE `id` = new.`owner`; END',
    'CREATE VIEW `adults` AS SELECT `id`, `name` FROM `people` WHERE `age` > 17',
  ],
}

function rebuild(columns: string): string[] {
  return [
    `CREATE TABLE \`__new_people\` (${columns.replaceAll(',', ' text,')} text)`,
    'INSERT INTO `__new_people` (`id`, `name`) SELECT `id`, `name` FROM `people`',
    'DROP VIEW `adults`',
    'DROP TABLE `people`',
    'ALTER TABLE `__new_people` RENAME TO `people`',
    'CREATE VIEW `adults` AS SELECT `id`, `name` FROM `people`',
  ]
}

function find(...statements: string[]) {
  return findBreaking([first], [{ name: '0001_next', at: 2, statements }])
}

describe('A migration breaks a release before', () => {
  for (const [what, statements, lost, culprit] of [
    ['it drops a table', ['DROP TABLE `pets`'], ['pets'], 0],
    ['it drops a table in other letters', ['drop table if exists PETS'], ['pets'], 0],
    ['it renames a table', ['ALTER TABLE pets RENAME TO animals'], ['pets'], 0],
    ['it drops a column', ['ALTER TABLE `pets` DROP COLUMN `owner`'], ['pets.owner'], 0],
    ['it renames a column', ['ALTER TABLE pets RENAME owner TO person'], ['pets.owner'], 0],
    ['it rebuilds a table without a column', rebuild('id,name'), ['people.age'], 3],
    ['it drops a view', ['DROP VIEW adults'], ['adults'], 0],
    ['it does so after others', ['SELECT 1', 'DROP TABLE pets'], ['pets'], 1],
    [
      'it copies a table and drops it',
      ['CREATE TABLE animals AS SELECT * FROM pets', 'DROP TABLE pets'],
      ['pets'],
      1,
    ],
  ] as const) {
    it(`when ${what}`, () => {
      const breaking = find(...statements)
      assert.deepEqual(breaking?.lost, [...lost])
      assert.equal(breaking.migration, '0001_next')
      assert.equal(breaking.statement, statements[culprit])
    })
  }
})

describe('A migration breaks nothing', () => {
  for (const [what, statements] of Object.entries({
    'it adds a table': ['CREATE TABLE `plants` (`id` integer)'],
    'it adds a column': ['ALTER TABLE `pets` ADD `name` text'],
    'it drops an index': ['DROP INDEX `by_name`'],
    'it rebuilds a table with all of its columns': rebuild('id,name,age'),
    'it rebuilds a table with one more': rebuild('id,name,age,mood'),
    'it drops what it has made': ['CREATE TABLE t (a)', 'DROP TABLE t'],
    'it writes rows of which some are named like statements': [
      "INSERT INTO people (name) VALUES ('DROP TABLE people')",
    ],
    'it deletes rows': ['DELETE FROM people'],
  })) {
    it(`when ${what}`, () => assert.equal(find(...statements), null))
  }

  it('when it rebuilds a table that triggers of others, and views, name', () => {
    const using = [
      'CREATE TRIGGER counted AFTER INSERT ON pets BEGIN UPDATE people SET age = age + 1; END',
      'CREATE VIEW names AS SELECT name FROM people',
    ]
    const before = { ...first, statements: [...first.statements, ...using] }
    const statements = rebuild('id,name,age').filter((sql) => !/adults/.test(sql))
    assert.equal(findBreaking([before], [{ name: '0001_next', at: 2, statements }]), null)
  })

  it('when another brings back what it has dropped', () => {
    const pending = [
      { name: '0001_drop', at: 2, statements: ['DROP TABLE pets'] },
      { name: '0002_back', at: 3, statements: ['CREATE TABLE pets (id, owner)'] },
    ]
    assert.equal(findBreaking([first], pending), null)
  })
})

describe('The migrations in a folder', () => {
  const all = readMigrations(app.migrations)

  it('are named as the journal names them, where they break something', () => {
    const dropped = { name: '0001_next.sql', at: 2, statements: ['DROP TABLE `pets`'] }
    assert.equal(findBreaking([first], [dropped])?.migration, '0001_next')
  })

  it('break no release before', () => {
    for (let count = 1; count < all.length; count++) {
      assert.equal(findBreaking(all.slice(0, count), all.slice(count)), null)
    }
  })
})
