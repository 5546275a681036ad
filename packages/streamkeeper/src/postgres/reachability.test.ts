import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { describe, it } from 'node:test'
import type { Database } from './open.ts'
import { Reachability } from './reachability.ts'

function scene() {
  const answers: PromiseWithResolvers<void>[] = []
  const database = {
    $client: new EventEmitter(),
    execute() {
      const answer = Promise.withResolvers<void>()
      answers.push(answer)
      return answer.promise
    },
  } as unknown as Database
  const changes: (string | null)[] = []
  const reachability = new Reachability(database, (problem) => changes.push(problem?.code ?? null))
  return { answers, changes, reachability, client: database.$client }
}

const gone = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })

describe('Whether the database can be asked', () => {
  it('is not asked while nothing casts doubt on it', async () => {
    const { reachability, answers } = scene()
    assert.equal(await reachability.problem(), null)
    assert.equal(answers.length, 0)
  })

  it('is asked once for all who come after a connection was cut', async () => {
    const { reachability, answers, changes, client } = scene()
    client.emit('error', gone)
    const problems = [reachability.problem(), reachability.problem(), reachability.problem()]
    answers[0]?.reject(gone)
    for (const problem of problems) assert.equal((await problem)?.code, 'database-unreachable')
    assert.equal(answers.length, 1)
    assert.deepEqual(changes, ['database-unreachable'])
  })

  it('is told at once while it is away, and looked at until it is back', async (test) => {
    test.mock.timers.enable({ apis: ['setInterval'] })
    const { reachability, answers, changes, client } = scene()
    const stop = new AbortController()
    reachability.watch(stop.signal)
    client.emit('error', gone)
    test.mock.timers.tick(1_000)
    answers[0]?.reject(gone)
    assert.equal((await reachability.problem())?.code, 'database-unreachable')
    test.mock.timers.tick(1_000)
    assert.equal((await reachability.problem())?.code, 'database-unreachable')
    answers[1]?.resolve()
    await new Promise(setImmediate)
    assert.equal(await reachability.problem(), null)
    test.mock.timers.tick(5_000)
    assert.equal(answers.length, 2)
    assert.deepEqual(changes, ['database-unreachable', null])
    stop.abort()
  })
})
