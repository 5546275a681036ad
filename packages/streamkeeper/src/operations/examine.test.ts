import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { temporaryPath } from '../sqlite/test-support.ts'
import { examine } from './examine.ts'
import { examineApart } from './examine-apart.ts'
import { Progress } from './progress.ts'
import { note } from './test-support.ts'

const silence = new Progress(null)

describe('The examination of a database', () => {
  it('counts the rows of a sound one', async (test) => {
    const path = temporaryPath(test)
    note(path, 'one')
    const { findings, tables } = examine(path, silence)
    assert.deepEqual(findings, [])
    assert.deepEqual([tables.notes, tables.note_count], [1, 1])
  })

  it('finds what is no database', (test) => {
    const path = temporaryPath(test)
    writeFileSync(path, 'not a database, and long enough to have had a header'.repeat(100))
    assert.deepEqual(examine(path, silence).findings, ['file is not a database'])
  })

  it('goes on apart from this thread, with the same result', async (test) => {
    const path = temporaryPath(test)
    note(path, 'one')
    let wentOn = false
    setImmediate(() => {
      wentOn = true
    })
    const { tookMs: _, ...apart } = await examineApart(path)
    assert.ok(wentOn)
    const { tookMs: __, ...here } = examine(path, silence)
    assert.deepEqual(apart, here)
  })

  it('fails apart from this thread where there is no file', async (test) => {
    await assert.rejects(examineApart(temporaryPath(test)), /ENOENT/)
  })
})
