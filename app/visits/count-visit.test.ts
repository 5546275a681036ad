import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Writer } from 'streamkeeper'
import { CountElsewhere, countVisit } from './count-visit.ts'

const asked = { headers: { 'x-client': '192.0.2.1', cookie: 'secret' } }
const never = new Promise<never>(() => {})
const ok = { status: 200, json: async () => ({ visits: 42, today: 3 }) }

function writerThat(answer: () => ReturnType<Writer['fetch']>) {
  const sent: Parameters<Writer['fetch']>[] = []
  const fetch: Writer['fetch'] = (...call) => {
    sent.push(call)
    return answer()
  }
  return { fetch, sent }
}

describe('A visit', () => {
  const now = new Date()

  it('is recorded here where this instance writes', async () => {
    const recordVisits = async () => ({ total: 7, today: 2 })
    assert.deepEqual(await countVisit({ recordVisits }, asked, now, null), { total: 7, today: 2 })
  })

  it('is not counted where it can not be recorded', async () => {
    const recordVisits = () => Promise.reject(new Error('database or disk is full'))
    assert.equal(await countVisit({ recordVisits }, asked, now, null), null)
  })

  it('shares a commit with those that come with it, and each has its own number', async () => {
    const commits: number[] = []
    let all = 40
    const recordVisits = async (count: number) => {
      commits.push(count)
      all += count
      return { total: all, today: all - 30 }
    }
    const visit = (at = now) => countVisit({ recordVisits }, asked, at, null)
    const first = [visit(), visit(), visit()]
    await new Promise(setImmediate)
    const second = await Promise.all([visit(), visit(new Date(now.getTime() + 86_400_000))])
    assert.deepEqual(
      (await Promise.all(first)).map((visits) => visits?.total),
      [41, 42, 43],
    )
    assert.deepEqual(second, [
      { total: 44, today: 14 },
      { total: 45, today: 15 },
    ])
    assert.deepEqual(commits, [3, 1, 1])
  })
})

describe('A visit that the service that writes counts', () => {
  it('is that of who asked here, of whom nothing else is told', async () => {
    const writer = writerThat(async () => ok)
    assert.deepEqual(await new CountElsewhere().count(writer, asked), { total: 42, today: 3 })
    const [path, { method, headers } = {}] = writer.sent[0] ?? []
    assert.deepEqual([path, method, headers], ['/api/visits', 'POST', { 'x-client': '192.0.2.1' }])
  })

  for (const [what, answer] of Object.entries<() => ReturnType<Writer['fetch']>>({
    'does not answer in time': () => never,
    'can not be reached': () => Promise.reject(new Error('ECONNREFUSED')),
    refuses: async () => ({ ...ok, status: 503 }),
    'says something else': async () => ({
      ...ok,
      json: () => Promise.reject(new Error('no JSON')),
    }),
  })) {
    it(`is not counted where it ${what}`, async () => {
      const counting = new CountElsewhere({ first: 20, again: 2 })
      assert.equal(await counting.count(writerThat(answer), asked), null)
    })
  }

  it('lets nobody wait again for one that took too long, until it has counted', async () => {
    const counting = new CountElsewhere({ first: 50, again: 0 })
    const late = Promise.withResolvers<typeof ok>()
    assert.equal(
      await counting.count(
        writerThat(() => never),
        asked,
      ),
      null,
    )
    assert.equal(
      await counting.count(
        writerThat(() => late.promise),
        asked,
      ),
      null,
    )
    late.resolve(ok)
    await new Promise(setImmediate)
    // In less than the time that those wait who come first.
    const slow = () => new Promise<typeof ok>((resolve) => setTimeout(() => resolve(ok), 5))
    assert.deepEqual(await counting.count(writerThat(slow), asked), { total: 42, today: 3 })
  })
})
