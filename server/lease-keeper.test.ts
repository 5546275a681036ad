import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LeaseKeeper } from './lease-keeper.ts'

/** Renews once, and says how often the bucket was said to be back. */
async function backAfter(...renewals: (() => Promise<number>)[]): Promise<number> {
  let [now, backs] = [0, 0]
  const ended = new AbortController()
  const keep = async () => {
    const renew = renewals.shift()
    if (renewals.length === 0) ended.abort()
    now += (await renew?.()) ?? 0
    return 'kept' as const
  }
  const onBack = () => backs++
  const keeper = new LeaseKeeper({ keep, isValid: true }, 'gs://b', 1, onBack, () => now)
  await keeper.untilOver(() => true, ended.signal)
  return backs
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
})
