import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { noteCopy, notedState, noteReplica } from './copy-notes.ts'
import { temporaryFolder } from './test-support.ts'

describe('The note beside a file', () => {
  const base = 'gs://bucket/app'
  const url = `${base}/epoch-00000007`

  it('tells the state of a copy, where it names one of this replica', (test) => {
    const path = join(temporaryFolder(test), 'app.db')
    writeFileSync(path, 'content')
    assert.equal(notedState(path, base), null)
    noteCopy(path, url, 42)
    assert.deepEqual(notedState(path, base), { epoch: 7, txid: 42 })
    assert.equal(notedState(path, 'gs://bucket/other'), null)
    noteCopy(path, url)
    assert.equal(notedState(path, base), null)
    noteReplica(path, url)
    assert.equal(notedState(path, base), null)
  })

  it('tells none where the file is gone, or empty', (test) => {
    const path = join(temporaryFolder(test), 'app.db')
    noteCopy(path, url, 42)
    assert.equal(notedState(path, base), null)
    writeFileSync(path, '')
    assert.equal(notedState(path, base), null)
  })
})
