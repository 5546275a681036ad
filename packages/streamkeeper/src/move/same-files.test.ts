import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Progress } from '../operations/progress.ts'
import { bucketScene, note } from '../operations/test-support.ts'
import { moved } from './test-support.ts'
import { mustBeSame } from './to-bucket.ts'

describe('Comparing what was restored from the bucket', () => {
  it('finds a value that is another than in the file that was sent', async (test) => {
    const { path, folder } = bucketScene(test)
    note(path, 'one')
    const restored = `${folder}/restored.db`
    copyFileSync(path, restored)
    const { signal } = new AbortController()
    const compare = () =>
      mustBeSame(moved.tables, path, restored, { progress: new Progress(null), signal })
    await compare()
    const client = new Sqlite(restored)
    client.exec(`update notes set text = 'One'`)
    client.close()
    await assert.rejects(compare(), /notes differs from the source/)
  })
})
