import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { dataIn } from './data.ts'
import { openDatabase, temporaryPath } from './test-support.ts'

const noon = new Date('2026-01-02T12:00:00Z')

describe('What is read', () => {
  it('is where a newer release has changed what only writes need', async (test) => {
    const path = temporaryPath(test)
    const newer = openDatabase(path)
    await dataIn((call) => call(newer)).recordVisits(1, noon)
    newer.$client.exec(`
      create table moved as select * from entries; drop table entries; alter table moved rename to entries;
      alter table page_views rename to old; create view page_views as select * from old;
      insert into entries (id, name, message, created_at) values (1, 'Ada', 'Hello', 'now')`)
    newer.$client.close()
    const client = new Sqlite(path, { readonly: true })
    test.after(() => client.close())
    const data = dataIn((call) => call(drizzle({ client })))
    const { entries } = await data.listEntries({ before: null, limit: 1 })
    assert.equal(entries[0]?.name, 'Ada')
    assert.equal((await data.findEntry(1))?.name, 'Ada')
    assert.ok(await data.entriesVersion())
    assert.deepEqual(await data.countVisits(noon), { total: 1, today: 1 })
  })
})
