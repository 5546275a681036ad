import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type Scope, shared } from '../server/runtime.ts'
import { ask, postgres } from './index.ts'

const busy = Object.assign(new Error('it waits for a lock'), { code: '55P03' })

/** Two servers, and a request; what fails has too much to do. */
function scene(test: TestContext, scope: Partial<Scope>) {
  const failing = new Set<string>()
  const asked: string[] = []
  const pool = (name: string) => ({
    query: () => {
      asked.push(name)
      return failing.has(name) ? Promise.reject(busy) : Promise.resolve(name)
    },
  })
  const before = shared.postgres
  test.after(() => {
    shared.postgres = before
  })
  const standby = { pool: pool('standby'), isThere: true, isFresh: true }
  shared.postgres = { pool: pool('primary'), onProblem() {}, standby }
  const request: Scope = {
    connection: () => assert.fail(),
    durable: async () => {},
    deadline: { endsAtMs: null, waitedMs: 0 },
    ...scope,
  }
  const read = () =>
    shared.scopes.run(request, () => ask(() => postgres().query('select 1'), 'read'))
  return { asked, failing, request, read }
}

describe('What a request asks of two servers', () => {
  for (const [first, second, mayLag] of [
    ['standby', 'primary', true],
    ['primary', 'standby', false],
  ] as const) {
    it(`is asked of the ${second} at once where the ${first} has failed before`, async (test) => {
      const { asked, failing, read } = scene(test, { mayLag })
      failing.add(first)
      assert.equal(await read(), second)
      assert.equal(await read(), second)
      assert.deepEqual(asked, [first, second, second])
    })
  }

  it('ends with its time, of which some was over when it came', async (test) => {
    const { request, read } = scene(test, { deadline: { endsAtMs: null, waitedMs: 4_000 } })
    const beforeMs = performance.now()
    await read()
    const leftMs = (request.deadline?.endsAtMs ?? 0) - beforeMs
    assert.ok(leftMs >= 6_000 && leftMs < 10_000, String(leftMs))
  })
})
