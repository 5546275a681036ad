import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type Event, listEvents, recordEvents } from '../sqlite/events.ts'
import { temporaryDatabase } from '../sqlite/test-support.ts'
import * as postgresEvents from './events.ts'
import { withPostgres } from './test-support.ts'

type Kept = {
  record(events: Event[]): Promise<void>
  list(limit: number): Promise<Event[]>
}

function describeEvents(name: string, open: (test: TestContext) => Promise<Kept>): void {
  describe(`Events in ${name}`, () => {
    const event = (number: number) => ({
      at: '2026-01-02T12:00:00.000Z',
      kind: 'leads',
      instance: 'one',
      detail: `Epoch ${number}.`,
    })

    it('are kept, the newest first', async (test) => {
      const { record, list } = await open(test)
      await record([event(1), event(2)])
      await record([])
      await record([event(3)])
      assert.deepEqual(await list(2), [event(3), event(2)])
    })

    it('are forgotten when there are many newer ones', async (test) => {
      const { record, list } = await open(test)
      for (let number = 1; number <= 501; number++) await record([event(number)])
      const kept = await list(1_000)
      assert.equal(kept.length, 500)
      assert.deepEqual(kept.at(-1), event(2))
    })
  })
}

const postgres = withPostgres()

describeEvents('SQLite', async (test) => {
  const database = temporaryDatabase(test)
  return {
    record: async (events) => recordEvents(database, events),
    list: async (limit) => listEvents(database, limit),
  }
})

describeEvents('PostgreSQL', async (test) => {
  const database = await postgres.database(test)
  return {
    record: (events) => postgresEvents.recordEvents(database, events),
    list: (limit) => postgresEvents.listEvents(database, limit),
  }
})
