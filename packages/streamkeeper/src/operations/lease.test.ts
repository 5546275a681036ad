import assert from 'node:assert/strict'
import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { leaseName } from '../lease/lease-object.ts'
import { bucketScene, filledOnce, run } from './test-support.ts'

const noon = Date.UTC(2020, 0, 1, 12)

const filled = filledOnce(async ({ lead }) => {
  await lead({ a: noon }, noon)
  await lead({ b: noon + 1_000 }, noon + 1_000)
})

/** Epochs 1 and 2, of which the second is restored. */
async function scene(test: TestContext) {
  const bucket = await filled(test)
  const repair = (...args: string[]) => run('lease', ['repair', '--url', bucket.url, ...args])
  return { ...bucket, repair }
}

describe('lease repair', () => {
  it('says what the lease was before, and is now', async (test) => {
    const { repair, lease } = await scene(test)
    const { code, stdout } = await repair('--epoch', '1')
    assert.equal(code, 0)
    assert.match(
      stdout,
      /Before:\n.+restorable +epoch-00000002.+After:\n.+restorable +epoch-00000001/s,
    )
    assert.equal((await lease.read()).lease.restorable, 1)
    const { before, lease: now } = JSON.parse((await repair('--epoch', '2', '--json')).stdout)
    assert.deepEqual([before.lease.restorable, now.restorable], [1, 2])
  })

  it('leaves the epoch that it takes the place of in the history, until that moment', async (test) => {
    const { repair, url } = await scene(test)
    await repair('--epoch', '1')
    const { epochs } = JSON.parse((await run('history', ['--url', url, '--json'])).stdout)
    const states = epochs.map(({ epoch, state }: { epoch: number; state: { name: string } }) => [
      epoch,
      state.name,
    ])
    assert.deepEqual(states, [
      [1, 'restorable'],
      [2, 'obsolete'],
    ])
  })

  it('refuses a lease that somebody holds, unless forced', async (test) => {
    const { repair, lease } = await scene(test)
    await lease.acquire()
    const refused = await repair('--epoch', '1')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /r i leads: .+Nothing was changed.+--force/)
    assert.equal(await lease.renew(), 'renewed')
    assert.equal((await repair('--epoch', '1', '--force')).code, 0)
    assert.equal(await lease.renew(), 'lost')
  })

  it('refuses an epoch that does not restore, and changes nothing', async (test) => {
    const { repair, bucket, store } = await scene(test)
    const level = join(bucket, 'epoch-00000001/ltx/0')
    truncateSync(join(level, readdirSync(level)[0] ?? ''), 200)
    const before = await store.read(leaseName)
    const { code, stdout } = await repair('--epoch', '1', '--json')
    assert.equal(code, 1)
    assert.equal(JSON.parse(stdout).problem.code, 'replica-damaged')
    assert.equal((await store.read(leaseName))?.body, before?.body)
  })

  it('takes no options of repair for show', async (test) => {
    const { url } = bucketScene(test)
    assert.equal((await run('lease', ['show', '--url', url, '--epoch', '1'])).code, 2)
  })

  it('hands a bucket without data to another service', async (test) => {
    const { url, lease } = bucketScene(test)
    await lease.acquire()
    await lease.release()
    const { stderr } = await run('lease', ['repair', '--url', url, '--service', 'other'])
    assert.equal(
      JSON.parse((await run('lease', ['show', '--url', url, '--json'])).stdout).lease?.service,
      'other',
      stderr,
    )
  })
})
