import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Problem } from '../server/lifecycle.ts'
import { replicatedTo } from './status.ts'

const position = { epoch: 3, txid: 1_234 }

function facts(ageMs: number, problem: Problem | null = null) {
  return replicatedTo({ follower: { ageMs, position }, lifecycle: { problem } })
}

describe('The facts of a reader, for everybody', () => {
  it('say which state of the bucket its copy is, and how old', () => {
    assert.deepEqual(facts(1_200.4), {
      ...{ role: 'reader', state: 'ok', durableAgoMs: 1_200, missing: 0, waiting: 0 },
      ...{ epoch: 3, txid: 1_234, why: null },
    })
  })

  it('call a copy late that was not renewed for longer than that takes', () => {
    assert.equal(facts(11_000).state, 'late')
  })

  it('say why it is not renewed, without the name of the bucket', () => {
    const { state, why } = facts(11_000, { code: 'bucket-unreachable', message: 'gs://secret' })
    assert.deepEqual([state, why], ['down', 'The bucket does not answer.'])
    assert.equal(facts(11_000, { code: 'bucket-busy', message: '' }).why, why)
    assert.equal(
      facts(11_000, { code: 'lease-gone', message: '`npx streamkeeper lease`' }).why,
      'This copy can not be renewed now.',
    )
  })

  it('make nothing of a problem while the copy is fresh', () => {
    assert.equal(facts(900, { code: 'lease-gone', message: '' }).state, 'ok')
  })
})
