import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Client } from 'pg'
import { EntryDeleted } from '../entries.ts'
import { dataIn } from './data.ts'
import { withPostgres } from './test-support.ts'

// What pg_dump had of the release before.
const dump = join(import.meta.dirname, '../../e2e/fixtures/release-before/postgres.sql')
const now = new Date('2026-11-26T12:00:00Z')

describe('The database of the release before', () => {
  const postgres = withPostgres()

  it('keeps everything, and is gone on with', async (test) => {
    const url = await postgres.emptyUrl()
    const client = new Client(url)
    await client.connect()
    await client.query(readFileSync(dump, 'utf8'))
    await client.end()
    const database = await postgres.open(test, url)
    const data = dataIn(database)
    const messages = async () =>
      (await data.listEntries({ before: null, limit: 10 })).entries.map(({ message }) => message)
    assert.deepEqual(await messages(), ['last', 'shown'])
    assert.deepEqual(await data.countVisits(now), { total: 1, today: 1 })
    const timeline = 'select kind, instance from _streamkeeper_events order by id desc'
    const [event] = (await database.$client.query(timeline)).rows
    assert.deepEqual([event?.kind, event?.instance], ['started', 'visits-00001 vm'])
    const entry = (message: string) => ({
      name: 'Client',
      message,
      idempotencyKey: `recorded-${message}`,
    })
    assert.equal((await data.addEntry(entry('last'), now)).id, 4)
    await assert.rejects(data.addEntry(entry('deleted'), now), EntryDeleted)
    // Ids go on; those of the attempts before are left out.
    assert.ok((await data.addEntry(entry('new'), now)).id > 4)
    assert.deepEqual(await messages(), ['new', 'last', 'shown'])
    assert.deepEqual(await data.recordVisits(1, now), { total: 2, today: 2 })
  })
})
