import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addEntry, entriesVersion, KeyReused } from './entries.ts'
import { temporaryDatabase } from './test-support.ts'

describe('The guestbook', () => {
  it('has another version after a change by other hands', async (test) => {
    const database = temporaryDatabase(test)
    await addEntry(database, { name: 'A', message: 'B', idempotencyKey: 'k' }, new Date())
    const before = await entriesVersion(database)
    database.$client.exec('delete from entries')
    assert.notEqual(await entriesVersion(database), before)
  })

  it('tells pages that a key was reused, though they have a copy of its code', async () => {
    const copy: typeof import('./entries.ts') = await import(`./entries.ts?${'copy'}`)
    assert.notEqual(copy.KeyReused, KeyReused)
    const entry = { id: 1, name: 'A', message: 'B', createdAt: '' }
    assert.deepEqual(copy.keptWithKey(new KeyReused(entry)), entry)
    assert.equal(copy.keptWithKey(new Error()), null)
  })
})
