import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Progress } from '../operations/progress.ts'
import { bucketScene, sign } from '../operations/test-support.ts'
import { epochUrl, parseReplicaUrl } from '../replication/replica-url.ts'
import { replicate } from '../replication/test-support.ts'
import { allTables } from './moving.ts'
import { verifyEpoch } from './verify-epoch.ts'

describe('Verifying an epoch', () => {
  it('finds a value that is another in the bucket than in the file', async (test) => {
    const { url, store, path } = bucketScene(test)
    await sign(path, 'one')
    await replicate(path, epochUrl(url, 1))
    const verify = () =>
      verifyEpoch(1, path, allTables(), {
        ...{ url: parseReplicaUrl(url), store, progress: new Progress(null) },
        signal: new AbortController().signal,
      })
    await verify()
    const client = new Sqlite(path)
    client.exec(`update entries set message = 'One'`)
    client.close()
    await assert.rejects(verify(), /entries differs from the source/)
  })
})
