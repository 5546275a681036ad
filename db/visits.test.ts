import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pageViews } from './schema.ts'
import { migrations, temporaryDatabase } from './test-support.ts'
import { countVisits, recordVisit, visitsByDay } from './visits.ts'

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

  it('are counted by day, those without any included', async (test) => {
    const database = temporaryDatabase(test)
    for (const day of ['2025-12-30', '2025-12-31', '2026-01-02', '2026-01-02']) {
      await recordVisit(database, new Date(`${day}T23:59:59Z`))
    }
    assert.deepEqual(await visitsByDay(database, { days: 3, now: noon }), [
      { day: '2025-12-31', visits: 1 },
      { day: '2026-01-01', visits: 0 },
      { day: '2026-01-02', visits: 2 },
    ])
  })

  it('are counted by day where they were made before that was counted', async (test) => {
    const database = temporaryDatabase(test)
    const backfill = readFileSync(join(migrations, '0004_count_by_day.sql'), 'utf8').split('-->')[0]
    await recordVisit(database, noon)
    database.$client.exec(`delete from page_view_days; ${backfill}`)
    assert.equal((await visitsByDay(database, { days: 1, now: noon }))[0]?.visits, 1)
  })
})
