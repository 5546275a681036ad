import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { FaultyBucket } from '../test-tools/faulty-bucket.ts'
import { restoreReplica } from './litestream-command.ts'
import { Replication } from './replication.ts'
import { read, runLitestream, write } from './test-support.ts'

describe('A restore of an earlier state from Cloud Storage', () => {
  it('is given the time that opening its uploads takes', async (test) => {
    const bucket = await FaultyBucket.start()
    test.after(() => bucket.stop())
    Object.assign(process.env, bucket.environment)
    test.after(() => delete process.env.STORAGE_EMULATOR_HOST)

    const { folder, litestream } = await runLitestream(test)
    const path = join(folder, 'app.db')
    const url = bucket.replicaUrl
    write(path, 'first')
    const replication = new Replication(litestream, {
      path,
      replicaUrl: url,
      canAcknowledge: () => true,
    })
    await replication.start()
    const texts = Array.from({ length: 60 }, (_, number) => `${number}`)
    for (const text of texts) {
      write(path, text)
      await replication.durable()
    }
    // Of which Litestream opens 32 at once, before it writes anything.
    bucket.inject({ delayMs: 1_500, only: /\.ltx$/ })
    const to = join(folder, 'restored.db')
    const moment = { txid: replication.durableTxid ?? 0 }
    const options = { signal: new AbortController().signal, stallMs: 1_000, moment }
    assert.equal(await restoreReplica(url, to, options), moment.txid)
    assert.deepEqual(read(to), ['first', ...texts])
  })
})
