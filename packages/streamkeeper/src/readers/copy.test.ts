import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { durable } from '../server/test-support.ts'
import type { Database } from '../sqlite/open.ts'
import { addNote } from '../test-app/notes.ts'
import { folderBucket, startReader, startWriter, until } from './test-support.ts'

// Each row fills a page, so that every change is one of hundreds of pages.
const rows = 300
const changes = 60

async function scene(test: TestContext) {
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
  const write = async (state: number) => {
    $client.prepare('update wide set state = ?').run(state)
    await durable(writer.leadership)
  }
  return { follower, write }
}

function statesOf({ $client }: Database, half: '<=' | '>'): number[] {
  const text = `select distinct state from wide where id ${half} ${rows / 2}`
  return $client.prepare<[], number>(text).pluck().all()
}

describe('A read of a copy', { timeout: 60_000 }, () => {
  const atOnce = (copy: Database) => [...statesOf(copy, '<='), ...statesOf(copy, '>')]
  const inSteps = async (copy: Database) => {
    const some = statesOf(copy, '<=')
    await setImmediate()
    return [...some, ...statesOf(copy, '>')]
  }

  it('never mixes two states, however many changes are applied meanwhile', async (test) => {
    const { follower, write } = await scene(test)
    let isDone = false
    const writeAll = async () => {
      for (let state = 1; state <= changes; state++) await write(state)
      isDone = true
    }
    const seen = new Set<number>()
    const read = async (statesIn: (copy: Database) => number[] | Promise<number[]>) => {
      for (let last = 0; !isDone || last < changes; await setImmediate()) {
        const states = await follower.read(statesIn)
        assert.equal(new Set(states).size, 1, `mixed ${states}`)
        const state = states[0] ?? Number.NaN
        assert.ok(state >= last, `from ${last} back to ${state}`)
        last = state
        seen.add(state)
      }
    }
    await Promise.all([writeAll(), read(atOnce), read(inSteps)])
    assert.ok(seen.size > 10, `saw ${seen.size} states of ${changes}`)
  })

  it('can change nothing', async (test) => {
    const { follower } = await scene(test)
    await assert.rejects(
      follower.read((copy) => addNote(copy)),
      /readonly/,
    )
  })
})
