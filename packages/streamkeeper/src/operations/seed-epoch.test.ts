import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { app } from '../sqlite/test-support.ts'
import { parseReplicaUrl } from '../stores/replica-url.ts'
import { Progress } from './progress.ts'
import { seedEpoch } from './seed-epoch.ts'
import { bucketScene, note, notesIn } from './test-support.ts'

describe('Seeding an epoch', () => {
  it('leaves the bucket with what it had where the restored file is not as it was sent', async (test) => {
    const { lead, path, url, store, lease } = bucketScene(test)
    await lead({ theirs: Date.now() }, Date.now())
    note(path, 'ours')
    const timing = { waitMs: 1, pollMs: 10, patienceMs: 0 }
    const seeding = { file: path, replace: true, app, lease, timing, now: Date.now }
    const context = {
      ...{ url: parseReplicaUrl(url), option: '--url', store, progress: new Progress(null) },
      signal: new AbortController().signal,
    }
    const compare = async (restored: string) => {
      assert.deepEqual(notesIn(restored), ['ours'])
      throw new Error('it differs')
    }
    await assert.rejects(seedEpoch({ ...seeding, compare }, context), /it differs/)
    const { restorable, holder } = (await lease.read()).lease
    assert.deepEqual([restorable, holder], [1, null])
    assert.equal((await seedEpoch(seeding, context)).epoch, 3)
  })
})
