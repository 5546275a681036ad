import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { Replicated } from 'streamkeeper'
import { serve } from '../test-server.ts'
import { liveFrom } from './answer-live.ts'

const replicated: Replicated = {
  ...{ role: 'writer', state: 'ok', durableAgoMs: 400, missing: 0, waiting: 0 },
  ...{ epoch: 3, txid: 7, why: null },
}

async function scene(test: TestContext) {
  const reads = { visits: 0, entries: 0 }
  let version = 'a'
  let broken = false
  const data = {
    countVisits: async () => {
      reads.visits++
      if (broken) throw new Error('There is no database yet.')
      return { total: 1_237, today: 14 }
    },
    entriesVersion: async () => version,
    listEntries: async () => {
      reads.entries++
      const entry = { name: 'A', message: 'B', createdAt: '' }
      return {
        entries: [
          { id: 9, ...entry },
          { id: 7, ...entry },
        ],
        older: null,
      }
    },
  }
  const answer = liveFrom(
    async () => data,
    () => replicated,
  )
  const url = await serve(test, (_, response) => void answer(response))
  return {
    reads,
    ask: () => fetch(url),
    change: (to: string) => {
      version = to
    },
    break: () => {
      broken = true
    },
  }
}

describe('GET /live', () => {
  it('says what is new, for everybody, and is kept by nobody', async (test) => {
    const answer = await (await scene(test)).ask()
    assert.equal(answer.headers.get('cache-control'), 'no-store')
    const { release, day, replication, ...rest } = await answer.json()
    assert.deepEqual(rest, { visits: 1_237, today: 14, entriesVersion: 'a', newestEntries: [9, 7] })
    assert.match(day, /^\d{4}-\d\d-\d\d$/)
    assert.match(release, /^local /)
    assert.deepEqual(replication, {
      ...replicated,
      words: 'Everything up to 0.4 s ago is in the bucket · epoch 3 · transaction 7',
    })
  })

  it('reads once for all who ask within a second', async (test) => {
    test.mock.method(performance, 'now', () => 0)
    const { ask, reads } = await scene(test)
    await Promise.all(Array.from({ length: 50 }, async () => (await ask()).text()))
    assert.deepEqual(reads, { visits: 1, entries: 1 })
  })

  it('reads the entries only when they have changed', async (test) => {
    let now = 0
    test.mock.method(performance, 'now', () => now)
    const { ask, reads, change } = await scene(test)
    for (const version of ['a', 'a', 'b', 'b']) {
      change(version)
      await ask()
      now += 1_000
    }
    assert.deepEqual(reads, { visits: 4, entries: 2 })
  })

  it('says how far the bucket is also where there is nothing to read', async (test) => {
    const { ask, break: breakIt } = await scene(test)
    breakIt()
    const answer = await ask()
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '5')
    assert.equal((await answer.json()).replication.epoch, 3)
  })
})
