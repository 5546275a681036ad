import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { addEntry } from '../../db/entries.ts'
import { temporaryDatabase } from '../../db/test-support.ts'
import { recordVisits } from '../../db/visits.ts'
import { serve } from '../test-server.ts'
import { shown } from './shown.ts'

const never = new AbortController().signal

/** An app that shows this, and a copy of its database with two entries and two visits. */
async function scene(test: TestContext, { visits = 1, message = 'two' } = {}) {
  const newest = { id: 2, name: 'Ada', message, createdAt: '' }
  const url = await serve(test, ({ url }, response) => {
    if (url === '/api/visits') response.end(JSON.stringify({ visits }))
    else if (url === '/api/entries?limit=1') response.end(JSON.stringify({ entries: [newest] }))
    else response.writeHead(404).end()
  })
  const database = temporaryDatabase(test)
  for (const text of ['one', 'two']) {
    const entry = { name: 'Ada', message: text, idempotencyKey: text }
    await addEntry(database, entry, new Date())
    await recordVisits(database, 1, new Date())
  }
  return { url, copy: database.$client }
}

describe('What the app shows', () => {
  it('is in a copy that has it, or more', async (test) => {
    const { url, copy } = await scene(test)
    const { words, missingFrom } = await shown(url, never)
    assert.equal(words, 'entry 2 and at least 1 visits')
    assert.deepEqual(missingFrom(copy), [])
  })

  it('is missing from a copy by its number', async (test) => {
    const { url, copy } = await scene(test, { visits: 5, message: 'another' })
    const { missingFrom } = await shown(url, never)
    assert.deepEqual(missingFrom(copy), ['entry 2', '3 of 5 visits'])
    copy.exec('drop table entries; drop table page_views')
    assert.deepEqual(missingFrom(copy), ['entry 2', '5 of 5 visits'])
  })

  it('is not known where the app does not answer as it should', async (test) => {
    await assert.rejects(shown('http://127.0.0.1:9', never), /limit=1 can't be reached/)
    const { url } = await scene(test)
    await assert.rejects(shown(`${url}/elsewhere`, never), /answers with 404/)
    const other = await serve(test, (_, response) => response.end('{}'))
    await assert.rejects(shown(other, never), /does not answer like this app/)
  })
})
