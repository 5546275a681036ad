import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listEvents, recordEvents } from './events.ts'
import { temporaryDatabase } from './test-support.ts'

const event = (number: number) => ({
  at: '2026-01-02T12:00:00.000Z',
  kind: 'lead',
  instance: 'one',
  detail: `Epoch ${number}.`,
})

describe('Events', () => {
  it('are kept, the newest first', async (test) => {
    const database = temporaryDatabase(test)
    await recordEvents(database, [event(1), event(2)])
    await recordEvents(database, [event(3)])
    assert.deepEqual(await listEvents(database, 2), [event(3), event(2)])
  })

  it('are forgotten when there are many newer ones', async (test) => {
    const database = temporaryDatabase(test)
    for (let number = 1; number <= 501; number++) await recordEvents(database, [event(number)])
    const kept = await listEvents(database, 1_000)
    assert.equal(kept.length, 500)
    assert.deepEqual(kept.at(-1), event(2))
  })
})
