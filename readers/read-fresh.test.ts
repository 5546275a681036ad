import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { migrateDatabase } from '../db/migrate.ts'
import { migrations, temporaryDatabase } from '../db/test-support.ts'
import { countVisits, recordVisit } from '../db/visits.ts'
import { durable } from '../server/test-support.ts'
import { readFresh } from './read-fresh.ts'
import { folderBucket, startReader, startWriter, until } from './test-support.ts'

// Each row fills a page, so that every change is one of hundreds of pages.
const rows = 300
const changes = 150

describe('A read of a copy', { timeout: 60_000 }, () => {
  it('never mixes two states, however many changes Litestream applies meanwhile', async (test) => {
    const base = folderBucket(test)
    const writer = await startWriter(test, base)
    await writer.leadership.lead()
    const { $client } = writer.database.open
    $client.exec('create table wide (id integer primary key, state int, padding blob)')
    const insert = $client.prepare('insert into wide (state, padding) values (0, randomblob(3500))')
    for (let row = 0; row < rows; row++) insert.run()
    await durable(writer.leadership)
    const { follower } = await startReader(test, base, writer.url)
    await until(() => follower.position !== null)

    let isDone = false
    const write = async () => {
      for (let state = 1; state <= changes; state++) {
        $client.prepare('update wide set state = ?').run(state)
        await durable(writer.leadership)
      }
      isDone = true
    }
    const seen = new Set<number>()
    const statesOf = (half: string) =>
      `select distinct state from wide where id ${half} ${rows / 2}`
    const read = async () => {
      for (let last = 0; !isDone || last < changes; await setImmediate()) {
        const states = await follower.read(({ $client: copy }) => [
          ...copy.prepare<[], number>(statesOf('<=')).pluck().all(),
          ...copy.prepare<[], number>(statesOf('>')).pluck().all(),
        ])
        assert.equal(new Set(states).size, 1, `mixed ${states}`)
        const state = states[0] ?? Number.NaN
        assert.ok(state >= last, `from ${last} back to ${state}`)
        last = state
        seen.add(state)
      }
    }
    await Promise.all([write(), read()])
    assert.ok(seen.size > 10, `saw ${seen.size} states of ${changes}`)
  })

  it('can change nothing', async (test) => {
    const database = temporaryDatabase(test)
    await recordVisit(database, new Date())
    const path = database.$client.name
    await assert.rejects(
      async () => readFresh(path, (copy) => recordVisit(copy, new Date())),
      /readonly/,
    )
    const counted = await readFresh(path, (copy) => countVisits(copy, new Date()))
    assert.equal(counted.total, 1)
  })

  it('closes its connection also where it fails', (test) => {
    const database = temporaryDatabase(test)
    let client: { open: boolean } | undefined
    const fail = () =>
      readFresh(database.$client.name, (copy) => {
        client = copy.$client
        throw new Error('no')
      })
    assert.throws(fail, /no/)
    assert.equal(client?.open, false)
    migrateDatabase(database, migrations)
  })
})
