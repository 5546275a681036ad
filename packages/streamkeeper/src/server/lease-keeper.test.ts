import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ProblemCode, ReplicationProblem } from '../stores/problem.ts'
import { LeaseKeeper } from './lease-keeper.ts'

const base = 'gs://b'
const timing = { pollMs: 1, idlePollMs: 1 }

/** Renews once, and says how often the bucket was said to be back. */
async function backAfter(...renewals: (() => Promise<number>)[]): Promise<number> {
  let [now, backs] = [0, 0]
  const ended = new AbortController()
  const keep = async () => {
    const renew = renewals.shift()
    if (renewals.length === 0) ended.abort()
    now += (await renew?.()) ?? 0
    return 'renewed' as const
  }
  const onBack = () => backs++
  const lease = { renew: keep, isValid: true }
  const keeper = new LeaseKeeper({ lease, base, timing }, onBack, () => now)
  await keeper.untilOver(() => false, ended.signal)
  return backs
}

/** A lease that runs out, and what its holder is told then, one after the other. */
function runningOut(...told: (ProblemCode | 'renewed' | 'lost')[]) {
  const ended = new AbortController()
  const lease = {
    isValid: false,
    renew: async () => {
      const next = told.shift()
      if (next === undefined) ended.abort()
      lease.isValid = next === 'renewed'
      if (next === 'renewed' || next === 'lost' || next === undefined) return next ?? 'renewed'
      throw new ReplicationProblem(next, 'gs://b', 'no')
    },
  }
  const keeper = new LeaseKeeper({ lease, base, timing }, () => {})
  return { keeper, over: () => keeper.untilOver(() => false, ended.signal) }
}

const quick = async () => 100
const failing = () => Promise.reject(new Error('no bucket'))

describe('Who keeps a lease', () => {
  it('says that the bucket is back when a renewal succeeds after one that failed', async () => {
    assert.equal(await backAfter(quick, failing, failing, quick, quick), 1)
  })

  it('says so after a renewal that only succeeded when it was tried for long', async () => {
    assert.equal(await backAfter(quick, async () => 7_000, quick), 1)
  })

  it('says nothing while renewals are quick', async () => {
    assert.equal(await backAfter(quick, quick, async () => 2_000), 0)
  })

  it('renews one that has run out when the bucket answers again', async () => {
    const { over } = runningOut('bucket-unreachable', 'bucket-busy', 'bucket-garbled', 'renewed')
    assert.equal(await over(), null)
  })

  it('has lost one that has run out where another has taken it', async () => {
    assert.equal(await runningOut('bucket-unreachable', 'lost').over(), 'lost')
  })

  it('has lost one that has run out where the bucket refuses to renew it', async () => {
    assert.equal(await runningOut('bucket-unreachable', 'bucket-locked', 'renewed').over(), 'lost')
  })

  it('tells who needs it now whether it is held again, or why nobody knows', async () => {
    assert.equal(await runningOut('renewed').keeper.again(), true)
    assert.equal(await runningOut('lost').keeper.again(), false)
    // It was asked before, perhaps.
    assert.equal(await runningOut('bucket-unreachable', 'renewed').keeper.again(), true)
    const unreachable = { code: 'bucket-unreachable' }
    const { keeper } = runningOut('bucket-unreachable', 'bucket-unreachable')
    await assert.rejects(keeper.again(), unreachable)
  })

  it('looks more often while somebody writes', { timeout: 10_000 }, async () => {
    const ended = new AbortController()
    const keep = async () => {
      ended.abort()
      return 'renewed' as const
    }
    const rarely = { pollMs: 1, idlePollMs: 3_600_000 }
    const lease = { renew: keep, isValid: true }
    const keeper = new LeaseKeeper({ lease, base, timing: rarely }, () => {})
    keeper.noteWrite()
    assert.equal(await keeper.untilOver(() => false, ended.signal), null)
  })
})
