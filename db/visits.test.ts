import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pageViews } from './schema.ts'
import { temporaryDatabase } from './test-support.ts'
import { countVisits, recordVisits, visitsByDay } from './visits.ts'

const noon = new Date('2026-01-02T12:00:00Z')

describe('Visits', () => {
  it('keep the time at which they were made', async (test) => {
    const database = temporaryDatabase(test)
    await recordVisits(database, 1, noon)
    assert.deepEqual(database.select().from(pageViews).all(), [
      { id: 1, timestamp: '2026-01-02T12:00:00.000Z' },
    ])
  })

  it('are counted right where rows were written or deleted by other hands', async (test) => {
    const database = temporaryDatabase(test)
    database.$client.exec(`insert into page_views (timestamp) values ('a'), ('b'), ('c')`)
    database.$client.exec(`delete from page_views where timestamp = 'b'`)
    assert.equal((await countVisits(database, new Date())).total, 2)
  })

  it('are not counted by reading the table', async (test) => {
    const plan = temporaryDatabase(test)
      .$client.prepare('explain query plan select * from page_view_count where id = 1')
      .all()
    assert.match(JSON.stringify(plan), /USING INTEGER PRIMARY KEY/)
  })

  it('are counted by day where they were made before that was counted', async (test) => {
    const database = temporaryDatabase(test)
    const backfill = readFileSync(
      join(import.meta.dirname, 'migrations/0004_count_by_day.sql'),
      'utf8',
    ).split('-->')[0]
    await recordVisits(database, 1, noon)
    database.$client.exec(`delete from page_view_days; ${backfill}`)
    assert.equal((await visitsByDay(database, { days: 1, now: noon }))[0]?.visits, 1)
  })
})
