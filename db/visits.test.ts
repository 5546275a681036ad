import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pageViews } from './schema.ts'
import { temporaryDatabase } from './test-support.ts'
import { countVisits, recordVisit } from './visits.ts'

const noon = new Date('2026-01-02T12:00:00Z')

describe('Visits', () => {
  it('are none in a new database', async (test) => {
    assert.equal(await countVisits(temporaryDatabase(test)), 0)
  })

  it('are counted one by one, and each visitor is told a number of their own', async (test) => {
    const database = temporaryDatabase(test)
    const numbers = await Promise.all(
      Array.from({ length: 100 }, () => recordVisit(database, noon)),
    )
    assert.equal(new Set(numbers).size, 100)
    assert.equal(await countVisits(database), 100)
  })

  it('keep the time at which they were made', async (test) => {
    const database = temporaryDatabase(test)
    await recordVisit(database, noon)
    assert.deepEqual(database.select().from(pageViews).all(), [
      { id: 1, timestamp: '2026-01-02T12:00:00.000Z' },
    ])
  })

  it('are counted right where rows were written or deleted by other hands', async (test) => {
    const database = temporaryDatabase(test)
    database.$client.exec(`insert into page_views (timestamp) values ('a'), ('b'), ('c')`)
    database.$client.exec(`delete from page_views where timestamp = 'b'`)
    assert.equal(await countVisits(database), 2)
  })

  it('are not counted by reading the table', async (test) => {
    const plan = temporaryDatabase(test)
      .$client.prepare('explain query plan select * from page_view_count where id = 1')
      .all()
    assert.match(JSON.stringify(plan), /USING INTEGER PRIMARY KEY/)
  })
})
