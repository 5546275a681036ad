import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { temporaryDatabase } from '../sqlite/test-support.ts'
import { Events } from './events.ts'

const noon = () => new Date('2026-01-02T12:00:00Z')
const details = (events: { detail: string }[]) => events.map(({ detail }) => detail)

describe('Events', () => {
  it('are there before they could be written down, and after', async (test) => {
    const database = temporaryDatabase(test)
    const events = new Events('one', noon)
    events.note('started', 'first')
    assert.deepEqual(details(await events.recent(null, 10)), ['first'])
    await events.save(database)
    events.note('leads', 'second')
    assert.deepEqual(details(await events.recent(database, 10)), ['second', 'first'])
    assert.deepEqual(details(await new Events('two', noon).recent(database, 10)), ['first'])
  })

  it('are kept when they can not be written', async (test) => {
    const database = temporaryDatabase(test)
    const events = new Events('one', noon)
    events.note('started', 'first')
    database.$client.pragma('query_only = ON')
    await events.save(database)
    assert.deepEqual(details(await events.recent(database, 10)), ['first'])
    database.$client.pragma('query_only = OFF')
    await events.save(database)
    assert.deepEqual(details(await new Events('two', noon).recent(database, 10)), ['first'])
  })

  it('that repeat are counted, and listed once', async () => {
    const events = new Events('one', noon)
    for (let times = 0; times < 3; times++) events.note('could-not-lead', 'no bucket')
    assert.equal(events.count('could-not-lead'), 3)
    assert.equal((await events.recent(null, 10)).length, 1)
  })
})
