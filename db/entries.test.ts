import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  addEntry,
  deleteEntry,
  entriesVersion,
  hideEntry,
  KeyReused,
  listAllEntries,
  listEntries,
} from './entries.ts'
import type { Database } from './open.ts'
import { temporaryDatabase } from './test-support.ts'

const noon = new Date('2026-01-02T12:00:00Z')

let keys = 0
function entry({ name = 'A', message = 'B', idempotencyKey = `key ${++keys}` } = {}) {
  return { name, message, idempotencyKey }
}

async function sign(database: Database, count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await addEntry(database, entry({ name: `Guest ${number}` }), noon)
  }
}

async function names(database: Database, before: number | null, limit: number) {
  const { entries, older } = await listEntries(database, { before, limit })
  return { names: entries.map((entry) => entry.name), older }
}

describe('The guestbook', () => {
  it('gives an entry back as it was written, with its id and time', async (test) => {
    const database = temporaryDatabase(test)
    const written = { name: "Robert'); --", message: 'Zeile 1\n行2' }
    const stored = await addEntry(database, entry(written), noon)
    assert.deepEqual(stored, { id: 1, ...written, createdAt: '2026-01-02T12:00:00.000Z' })
    const { entries } = await listEntries(database, { before: null, limit: 10 })
    assert.deepEqual(entries, [stored])
  })

  it('shows the newest first and pages through to the oldest, each entry once', async (test) => {
    const database = temporaryDatabase(test)
    await sign(database, 5)
    assert.deepEqual(await names(database, null, 2), { names: ['Guest 5', 'Guest 4'], older: 4 })
    assert.deepEqual(await names(database, 4, 2), { names: ['Guest 3', 'Guest 2'], older: 2 })
    assert.deepEqual(await names(database, 2, 2), { names: ['Guest 1'], older: null })
  })

  it('has no further page when the last one is just full', async (test) => {
    const database = temporaryDatabase(test)
    await sign(database, 2)
    assert.deepEqual(await names(database, null, 2), { names: ['Guest 2', 'Guest 1'], older: null })
  })

  it('keeps the place of a reader while others sign or are deleted', async (test) => {
    const database = temporaryDatabase(test)
    await sign(database, 4)
    const { older } = await names(database, null, 2)
    database.$client.exec('delete from entries where id >= 3')
    await sign(database, 1)
    assert.deepEqual(await names(database, older, 2), {
      names: ['Guest 2', 'Guest 1'],
      older: null,
    })
  })

  it('never gives an id out twice', async (test) => {
    const database = temporaryDatabase(test)
    await sign(database, 2)
    database.$client.exec('delete from entries')
    assert.equal((await addEntry(database, entry(), noon)).id, 3)
  })

  it('holds an entry once, however often it is written with the same key', async (test) => {
    const database = temporaryDatabase(test)
    const again = entry()
    const first = await addEntry(database, again, noon)
    assert.deepEqual(await addEntry(database, again, new Date()), first)
    assert.deepEqual(await names(database, null, 10), { names: ['A'], older: null })
  })

  it('refuses a key that came with another entry, and keeps the first', async (test) => {
    const database = temporaryDatabase(test)
    await addEntry(database, entry({ idempotencyKey: 'k' }), noon)
    await assert.rejects(
      addEntry(database, entry({ idempotencyKey: 'k', message: 'C' }), noon),
      KeyReused,
    )
    const { entries } = await listEntries(database, { before: null, limit: 10 })
    assert.deepEqual(
      entries.map(({ message }) => message),
      ['B'],
    )
  })

  it('hides an entry from everybody but admins, and shows it again', async (test) => {
    const database = temporaryDatabase(test)
    await sign(database, 2)
    assert.ok(await hideEntry(database, 2, noon))
    assert.deepEqual(await names(database, null, 10), { names: ['Guest 1'], older: null })
    const { entries } = await listAllEntries(database, { before: null, limit: 10 })
    assert.deepEqual(
      entries.map(({ hiddenAt }) => hiddenAt),
      [noon.toISOString(), null],
    )
    await hideEntry(database, 2, null)
    assert.deepEqual(await names(database, null, 10), {
      names: ['Guest 2', 'Guest 1'],
      older: null,
    })
  })

  it('deletes an entry', async (test) => {
    const database = temporaryDatabase(test)
    await sign(database, 2)
    assert.ok(await deleteEntry(database, 1))
    assert.deepEqual(await names(database, null, 10), { names: ['Guest 2'], older: null })
  })

  it('says that there is no entry to hide or to delete', async (test) => {
    const database = temporaryDatabase(test)
    assert.equal(await hideEntry(database, 1, null), false)
    assert.equal(await deleteEntry(database, 1), false)
  })

  it('has another version after each change, and the same until then', async (test) => {
    const database = temporaryDatabase(test)
    const versions = [await entriesVersion(database)]
    await sign(database, 1)
    versions.push(await entriesVersion(database))
    await hideEntry(database, 1, noon)
    versions.push(await entriesVersion(database))
    database.$client.exec('delete from entries')
    versions.push(await entriesVersion(database))
    assert.equal(new Set(versions).size, 4)
    assert.equal(await entriesVersion(database), versions[3])
  })
})
