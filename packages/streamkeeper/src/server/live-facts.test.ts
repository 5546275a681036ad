import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Health, Known, Lag } from '../litestream/replication.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import type { State } from './lifecycle.ts'
import { LiveFacts } from './live-facts.ts'

const url = 'gs://secret-bucket/path'
const known: Known = { agoMs: 400, txid: 1_234, missing: 0, isAcknowledgeable: true }

/** An instance that leads, but for what is given. */
function scene(
  changed: Partial<Known> = {},
  health: Health = { status: 'healthy' },
  state: State = { name: 'leading', epoch: 3, replication: { health } },
) {
  let nowMs = 20_000
  const looks: PromiseWithResolvers<Lag>[] = []
  const replication = {
    ...{ known: { ...known, ...changed }, health, waiting: 2 },
    lag() {
      const look = Promise.withResolvers<Lag>()
      looks.push(look)
      return look.promise
    },
  }
  const database = { ageMs: 3_000, tookMs: 100, position: { epoch: 2, txid: 7 } }
  const problem = 'problem' in state ? state.problem : null
  const leads = state.name === 'leading' || state.name === 'stepping-down'
  const live = new LiveFacts(
    {
      leadership: { replication: leads ? replication : null },
      lifecycle: { state, problem, sinceMs: 10_000 },
      database,
    },
    () => nowMs,
  )
  return {
    ...{ live, looks, database },
    pass(ms: number) {
      nowMs += ms
    },
  }
}

function failing(failingForMs: number): Health {
  const problem = new ReplicationProblem('bucket-unreachable', url, '/data/app.db')
  return { status: 'degraded', failingForMs, problem }
}

describe('The facts for everybody', () => {
  it('say how far the bucket is, of an instance that leads', () => {
    assert.deepEqual(scene().live.replicated(), {
      ...{ role: 'writer', state: 'ok', durableAgoMs: 400, missing: 0, waiting: 2 },
      ...{ epoch: 3, txid: 1_234, why: null },
    })
  })

  it('call late what is missing for longer than an upload takes', () => {
    assert.equal(scene({ missing: 1, agoMs: 2_000 }).live.replicated().state, 'ok')
    assert.equal(scene({ missing: 1, agoMs: 4_000 }).live.replicated().state, 'late')
    assert.equal(scene({ agoMs: 4_000 }).live.replicated().state, 'ok')
    assert.equal(scene({ agoMs: 9_000 }).live.replicated().state, 'late')
  })

  it('call nothing well that a later leader would not restore', () => {
    const { state, why } = scene({ isAcknowledgeable: false }).live.replicated()
    assert.deepEqual([state, why], ['late', 'What is written here is not safe yet.'])
  })

  it('say that the bucket fails, in words without its name', () => {
    const facts = scene({}, failing(12_000)).live.replicated()
    assert.deepEqual([facts.state, facts.why], ['down', 'The bucket does not answer.'])
    assert.doesNotMatch(JSON.stringify(facts), /secret|data/)
  })

  it('say how old the copy is, of an instance that follows', () => {
    const facts = scene({}, undefined, { name: 'following', problem: null }).live.replicated()
    assert.deepEqual(facts, {
      ...{ role: 'follower', state: 'ok', durableAgoMs: 3_000, missing: 0, waiting: 0 },
      ...{ epoch: 2, txid: 7, why: null },
    })
  })

  it('say of an instance that could not lead why, until the bucket has answered again', () => {
    const problem = { code: 'bucket-unreachable', message: 'REPLICA_URL' }
    const { live, database } = scene({}, undefined, { name: 'following', problem })
    database.ageMs = 11_000
    assert.deepEqual(
      [live.replicated().state, live.replicated().why],
      ['down', 'The bucket does not answer.'],
    )
    database.ageMs = 9_000
    assert.deepEqual([live.replicated().state, live.replicated().why], ['ok', null])
  })

  it('say that the bucket is away of an instance whose lease has run out meanwhile', () => {
    const problem = { code: 'lease-lost', message: '' }
    const { live, database } = scene({}, undefined, { name: 'following', problem })
    database.ageMs = 11_000
    assert.equal(live.replicated().state, 'down')
    database.ageMs = 9_000
    assert.equal(live.replicated().state, 'ok')
  })

  it('take no notice of the instance that leads instead', () => {
    const problem = { code: 'lease-held', message: '' }
    const { live } = scene({}, undefined, { name: 'following', problem })
    assert.equal(live.replicated().state, 'ok')
  })

  it('call a copy late that could not be renewed', () => {
    const { live, database } = scene({}, undefined, { name: 'following', problem: null })
    database.ageMs = 30_000
    assert.equal(live.replicated().state, 'late')
    database.tookMs = 5_000
    assert.equal(live.replicated().state, 'ok')
  })

  it('are told from memory: Litestream is asked once a second, whoever asks', async () => {
    const { live, looks, pass } = scene()
    for (let asked = 0; asked < 1_000; asked++) live.replicated()
    assert.equal(looks.length, 1)
    pass(1_001)
    live.replicated()
    assert.equal(looks.length, 1, 'the first look has not ended yet')
    looks[0]?.reject(new Error('no answer'))
    await new Promise(setImmediate)
    live.replicated()
    assert.equal(looks.length, 2)
    looks[1]?.resolve({ txid: 7, replicatedTxid: 7, lagMs: 0 })
    await new Promise(setImmediate)
    live.replicated()
    assert.equal(looks.length, 2, 'it is a second since the last one')
  })

  it('ask nobody anything where this instance does not lead', () => {
    const { live, looks } = scene({}, undefined, { name: 'following', problem: null })
    live.replicated()
    assert.equal(looks.length, 0)
  })
})
